"""`mobius plot`: what is drawn, what is written, and what cannot be."""

from __future__ import annotations

import csv
import json
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mobius_core.errors import NotFound, UsageError, WorkFailed
from mobius_tui.bench import lab
from mobius_tui.cli.plot import plot

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lab.finished_lab(tmp_path, 20)
    return tmp_path / "mobius_lab"


def test_one_run_on_the_terminal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot(["sweep/dense,lr=.001,s0"], home=home, ascii_only=True)
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("accuracy of sweep/dense,lr=.001,s0   a train  b test   x log")
    assert any("m" in line and "g" in line for line in rest), "onset marks on the axis"
    drawn = "".join(rest)
    assert "a" in drawn
    assert "b" in drawn
    assert drawn.isascii()


def test_several_runs_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot(["arm=prime"], metric="train_loss", home=home, as_json=True)
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert len(lines) == 5
    assert {line["metric"] for line in lines} == {"train_loss"}
    assert all(line["x"] == list(range(10, 401, 10)) for line in lines)


def test_a_table_of_the_points(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "curves.csv"
    plot(["sweep/dense,lr=.001,s0"], metric="train_acc", out=out, smooth=0.5, home=home)
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["x"] for row in rows] == [str(step) for step in range(10, 401, 10)]
    raw = [float(row["y"]) for row in rows]
    expected, left = 0.0, 1.0
    for row, value in zip(rows, raw, strict=True):
        expected, left = 0.5 * expected + 0.5 * value, 0.5 * left
        assert float(row["smoothed"]) == pytest.approx(expected / (1 - left))


def test_a_picture_of_vectors(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "curves.svg"
    plot(["sweep/dense,lr=.001,s0"], out=out, home=home)
    root = ElementTree.parse(out).getroot()
    lines = [element.attrib["points"].split() for element in root.iter(f"{SVG}polyline")]
    assert [len(line) for line in lines] == [40, 40]
    heights = [float(point.partition(",")[2]) for point in lines[0]]
    assert heights[0] > heights[-1], "train accuracy rises"
    words = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert words[-1] == "accuracy of sweep/dense,lr=.001,s0a trainb test"
    assert {"m", "g", "1.0"} <= set(words)


def test_a_picture_of_pixels(home: Path, tmp_path: Path) -> None:
    """Decoded by hand: its size, and that both colours of lines are in it."""
    out = tmp_path / "curves.png"
    plot(["sweep/dense,lr=.001,s0"], out=out, home=home)
    data = out.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (8, 3)
    assert 780 <= width <= 800
    assert 460 <= height <= 480
    rows = zlib.decompress(chunks[b"IDAT"])
    assert len(rows) == height * (width + 1)
    palette = [chunks[b"PLTE"][n : n + 3].hex() for n in range(0, len(chunks[b"PLTE"]), 3)]
    used = {palette[index] for index in set(rows)}
    assert {"ffffff", "0072b2", "b35900"} <= used


def test_what_cannot_be_drawn_says_why(home: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no metric is called gini in .* there are train_loss"):
        plot(["sweep/dense,lr=.001,s0"], metric="gini", home=home)
    with pytest.raises(UsageError, match=r"\.svg, \.png, \.csv"):
        plot(["sweep/dense,lr=.001,s0"], out=Path("curves.pdf"), home=home)
    with pytest.raises(WorkFailed, match="cannot write"):
        plot(["sweep/dense,lr=.001,s0"], out=tmp_path / "no" / "such.svg", home=home)
