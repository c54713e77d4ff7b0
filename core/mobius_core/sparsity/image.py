"""A mask as an image file: one square a weight, black where it exists."""

from __future__ import annotations

import struct
import zlib
from html import escape
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core.errors import UsageError

SMALLEST: Final = 512
"""Pixels of the longer side, at least."""
MOST_RUNS: Final = 1_000_000
"""Runs of weights in an SVG: about 12 MB, which browsers still draw."""


def png(mask: NDArray[np.bool_]) -> bytes:
    """One bit a pixel; each weight is a square of whole pixels."""
    side = -(-SMALLEST // max(mask.shape))
    pixels = ~mask.repeat(side, axis=0).repeat(side, axis=1)
    height, width = pixels.shape
    # Each row begins with its filter, 0: none.
    rows = np.zeros((height, 1 + -(-width // 8)), dtype=np.uint8)
    rows[:, 1:] = np.packbits(pixels, axis=1)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)  # 1 bit, greyscale
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in parts)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def svg(mask: NDArray[np.bool_], title: str) -> str:
    """Each run of weights in a row is one horizontal stroke. UsageError beyond MOST_RUNS."""
    out, inputs = mask.shape
    edges = np.diff(mask.astype(np.int8), axis=1, prepend=0, append=0)
    row, first = np.nonzero(edges == 1)
    last = np.nonzero(edges == -1)[1]
    if len(row) > MOST_RUNS:
        raise UsageError(
            f"--out: {len(row):,} runs of weights are too many for an SVG, give a .png"
        )
    runs = zip(row.tolist(), first.tolist(), (last - first).tolist(), strict=True)
    path = "".join(f"M{x} {y}h{length}" for y, x, length in runs)
    side = max(1, round(SMALLEST / max(out, inputs)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -.5 {inputs} {out}" '
        f'width="{side * inputs}" height="{side * out}" shape-rendering="crispEdges">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect y="-.5" width="{inputs}" height="{out}" fill="#fff"/>\n'
        f'<path stroke="#000" d="{path}"/>\n'
        "</svg>\n"
    )
