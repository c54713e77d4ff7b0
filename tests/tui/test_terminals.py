"""Terminals that have less: ASCII only, sixteen colours, no colour, a slow line."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from mobius_core.config.machine import UiSpec
from mobius_tui.bench import lab as bench_lab
from mobius_tui.bench.terminal import Program
from mobius_tui.plain import AsciiFilter, plain
from tests.tui.driving import app_of, running, settle, text
from tests.tui.labs import LabOnDisk

LINE = 8000
"""Bytes a second of 64 kbit/s."""
SEQUENCE = re.compile(rb"\x1b\[[?>=]?[\d;]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 45), marks=pytest.mark.slow)])
async def test_every_screen_in_ascii(lab: LabOnDisk, size: tuple[int, int]) -> None:
    ui = UiSpec(refresh=60.0, charset="ascii")
    async with running(lab.file, size=size, ui=ui) as pilot:
        app = app_of(pilot)
        for keys in (["1"], ["2"], ["enter"], ["]"], ["q", "3"], ["4"], ["5"], ["6"], ["7"], ["?"]):
            await pilot.press(*keys)
            await settle(pilot)
            shown = text(app)
            assert shown.isascii(), [line for line in shown.splitlines() if not line.isascii()]
            assert "mobius" in shown or "keys" in shown.lower()


def test_plain_text_takes_as_many_cells() -> None:
    assert plain("┌─ a ▸ b … ±3 ⣿⠁ 幅é") == "+- a > b ~ ~3 #. ? e"
    for character in map(chr, range(0x20, 0x3000)):
        if character.isprintable():
            assert cell_len(plain(character)) == cell_len(character), character
            assert plain(character).isascii()


def test_a_filter_leaves_styles_and_controls_alone() -> None:
    segments = [Segment("│"), Segment("abc")]
    assert AsciiFilter().apply(segments, Color(0, 0, 0)) == [Segment("|"), Segment("abc")]


def test_the_options_of_a_bare_call(tmp_path: Path) -> None:
    bench_lab.finished_lab(tmp_path, 20)
    with Program(["-m", "mobius_tui", "--ascii"], tmp_path, (100, 30)) as program:
        program.until("sweep")
        program.press("2\r")
        seen = program.until_bytes("accuracy")
        seen += program.rest(0.3)
    assert SEQUENCE.sub(b"", seen).isascii()


@pytest.mark.parametrize(
    ("variables", "wanted", "unwanted"),
    [
        (
            {"TERM": "xterm", "COLORTERM": "", "TEXTUAL_COLOR_SYSTEM": "standard"},
            rb"\x1b\[[\d;]*3\d",
            rb"[34]8;[25];",
        ),
        ({"NO_COLOR": "1"}, rb"\x1b\[1;", rb"\x1b\[(?:\d;)*[34]8;2;(?!(\d+);\1;\1)"),
    ],
    ids=["16 colours", "no colour"],
)
def test_fewer_colours(
    tmp_path: Path, variables: dict[str, str], wanted: bytes, unwanted: bytes
) -> None:
    """NO_COLOR leaves greys at most; sixteen colours are the terminal's own."""
    bench_lab.finished_lab(tmp_path, 20)
    with Program(["-m", "mobius_tui"], tmp_path, (100, 30), variables) as program:
        program.until("sweep")
        program.press("2\r")
        seen = program.until_bytes("accuracy") + program.rest(0.3)
    assert re.search(wanted, seen)
    assert not re.search(unwanted, seen), re.search(unwanted, seen)


def test_a_line_of_64_kbit_is_usable(tmp_path: Path) -> None:
    """Four live runs behind it, and a key is still answered before the next is pressed."""
    with (
        bench_lab.live_lab(tmp_path, 4, a_second=10),
        Program(["-m", "mobius_tui", "--slow-line"], tmp_path, (112, 27)) as program,
    ):
        program.bytes_a_second = LINE
        begun = time.monotonic()
        program.until("sweep")
        program.press("2\r")
        program.until("accuracy")
        took = []
        for key, words in (
            ("]", "[Log]"),
            ("[", "[Charts]"),
            ("2", "[2 Runs]"),
            ("\r", "accuracy"),
        ) * 2:
            pressed = time.monotonic()
            program.press(key)
            program.until(words)
            took.append(time.monotonic() - pressed)
        assert program.written <= LINE * (time.monotonic() - begun) + LINE
    assert sorted(took)[len(took) // 2] < 1.5, took
    assert max(took) < 6, took
