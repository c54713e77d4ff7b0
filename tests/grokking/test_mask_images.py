"""Mask images read back by other means: the chunks of a PNG, the strokes of an SVG."""

from __future__ import annotations

import re
import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobius_core.errors import UsageError
from mobius_core.sparsity import image

Bits = NDArray[np.bool_]
masks = st.builds(
    lambda rows, columns, seed, density: (
        np.random.default_rng(seed).random((rows, columns)) < density
    ),
    st.integers(1, 40),
    st.integers(1, 600),
    st.integers(0, 99),
    st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Names and contents, checksums verified."""
    assert data[:8] == bytes([137, 80, 78, 71, 13, 10, 26, 10])
    found, start = [], 8
    while start < len(data):
        (length,) = struct.unpack_from(">I", data, start)
        body = data[start + 4 : start + 8 + length]
        assert struct.unpack_from(">I", data, start + 8 + length) == (zlib.crc32(body),)
        found.append((body[:4], body[4:]))
        start += 12 + length
    return found


def black(png: bytes) -> Bits:
    """Pixels of a greyscale image of one bit a pixel without row filters."""
    (header, size), (_, packed), (end, nothing) = chunks(png)
    assert (header, end, nothing) == (b"IHDR", b"IEND", b"")
    width, height, *rest = struct.unpack(">IIBBBBB", size)
    assert rest == [1, 0, 0, 0, 0]
    rows = zlib.decompress(packed)
    line = 1 + (width + 7) // 8
    assert len(rows) == line * height
    table = np.frombuffer(rows, dtype=np.uint8).reshape(height, line)
    assert (table[:, 0] == 0).all()
    pixels: Bits = np.unpackbits(table[:, 1:], axis=1, count=width) == 0
    return pixels


@settings(deadline=None)  # images of a megabyte, on a busy machine
@given(masks)
def test_a_png_has_a_square_for_every_weight(mask: Bits) -> None:
    pixels = black(image.png(mask))
    side = pixels.shape[0] // mask.shape[0]
    assert pixels.shape == (side * mask.shape[0], side * mask.shape[1])
    assert max(pixels.shape) >= 512
    np.testing.assert_array_equal(pixels[side // 2 :: side, side // 2 :: side], mask)


@settings(deadline=None)  # images of a megabyte, on a busy machine
@given(masks)
def test_an_svg_has_a_stroke_for_every_run_of_weights(mask: Bits) -> None:
    root = ElementTree.fromstring(image.svg(mask, "a < b & c"))
    space = {"s": "http://www.w3.org/2000/svg"}
    title, path = root.find("s:title", space), root.find("s:path", space)
    assert title is not None
    assert title.text == "a < b & c"
    assert path is not None
    drawn = np.zeros_like(mask)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", path.attrib["d"]):
        stroke = drawn[int(y), int(x) : int(x) + int(length)]
        assert not stroke.any()
        stroke[:] = True
    np.testing.assert_array_equal(drawn, mask)
    assert root.attrib["viewBox"] == f"0 -.5 {mask.shape[1]} {mask.shape[0]}"


def test_a_mask_too_fine_for_strokes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "MOST_RUNS", 5)
    with pytest.raises(UsageError, match=r"6 runs of weights are too many .* give a \.png"):
        image.svg(np.tile(np.array([True, False]), (2, 3)), "")
