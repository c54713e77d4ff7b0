"""Keys of the log and of charts on their screens."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from mobius_tui.widgets.chart import Chart
from tests.tui.driving import app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk


async def test_only_lines_of_a_level_then_all_again(lab: LabOnDisk) -> None:
    log = next(lab.runs.glob("*guest*")) / "log.txt"
    log.write_text("step 1 fine\nWarning: slow disk\nstep 2 fine\nValueError: no such file\n")
    async with running(lab.file, size=(120, 40)) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"guest", "enter", "t")
        await until(pilot, lambda: "step 2 fine" in text(app))
        await pilot.press("ampersand", *"warn", "enter")
        await until(pilot, lambda: "only warn" in text(app))
        assert "Warning: slow disk" in text(app)
        assert "ValueError" in text(app)
        assert "step 2 fine" not in text(app)
        await pilot.press("ampersand")
        await settle(pilot)
        await pilot.press(*["backspace"] * 4, *"error", "enter")
        await until(pilot, lambda: "only error" in text(app))
        assert "slow disk" not in text(app)
        await pilot.press("ampersand")
        await settle(pilot)
        await pilot.press(*["backspace"] * 5, "enter")
        await until(pilot, lambda: "step 2 fine" in text(app))


async def test_a_chart_is_written_as_it_is_seen(
    lab: LabOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out = Path("seen.svg")
    async with running(lab.file, size=(120, 40)) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/dense,s1", "enter", "enter")
        await until(pilot, lambda: "b test" in text(app))
        await pilot.press("w")
        await settle(pilot)
        await pilot.press("ctrl+u", *str(out), "enter")
        await until(pilot, lambda: "wrote" in text(app))
    root = ElementTree.parse(out).getroot()
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 2


async def test_the_cursors_of_all_charts_move_together(lab: LabOnDisk) -> None:
    async with running(lab.file, size=(120, 40)) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/dense,s1", "enter", "enter")
        await until(pilot, lambda: "b test" in text(app))

        def cursors() -> set[float | None]:
            return {chart.view.cursor for chart in app.screen.query(Chart)}

        await pilot.press("h", "h")
        await until(pilot, lambda: len(cursors()) == 1 and None not in cursors())
        moved = cursors()
        await pilot.press("tab", "tab", "h")
        await until(pilot, lambda: len(cursors()) == 1 and cursors() != moved)
        await pilot.press("f")
        await until(pilot, lambda: cursors() == {None})
