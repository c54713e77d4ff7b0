"""`w`: tables as CSV and Markdown, texts as they are, never over a file that is there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mobius_tui.screens.writing import as_csv, as_markdown
from tests.tui.driving import LARGE, app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk


def test_cells_with_commas_and_bars() -> None:
    rows = [["run", "tags"], ["p/a,s0", 'a "b" | c']]
    assert list(csv.reader(as_csv(rows).splitlines())) == rows
    assert as_markdown(rows) == '| run | tags |\n| --- | --- |\n| p/a,s0 | a "b" \\| c |\n'


async def test_the_table_on_the_screen_is_written(
    lab: LabOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("runs.md")
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"arm=dense", "enter", "w")
        await pilot.press("ctrl+u", *str(file), "enter")
        await until(pilot, lambda: "wrote" in text(app))
        lines = file.read_text().splitlines()
        assert lines[0].startswith("| run | id | state | step |")
        assert [line.split(" | ")[0] for line in lines[2:]] == [
            "| primes/dense,s1",
            "| primes/dense,s0",
        ]
        await pilot.press("w", "ctrl+u", *str(file), "enter")
        await until(pilot, lambda: "is there already" in text(app))
        await pilot.press("w", "ctrl+u", *"runs.pdf", "enter")
        await until(pilot, lambda: "this is written as .csv, .md" in text(app))
        await settle(pilot)
        assert not Path("runs.pdf").exists()
