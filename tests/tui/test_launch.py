"""The main flow on a real program: R, y, live curve and log, result; stop; run anew; delete."""

from __future__ import annotations

from pathlib import Path

from mobius_core.config.machine import UiSpec
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from mobius_tui.screens.run import RunScreen
from mobius_tui.widgets.chart import Chart
from tests.tui.driving import app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk, light_lab

LIVELY = UiSpec(refresh=0.05)


def states(lab: LabOnDisk) -> list[State]:
    return [run.state for run in Lab(lab.home).scan()]


async def test_from_the_key_to_the_result(tmp_path: Path) -> None:
    lab, enough = light_lab(tmp_path)
    async with running(lab.file, ui=LIVELY) as pilot:
        app = app_of(pilot)
        await pilot.press("d")
        await until(pilot, lambda: "R would queue 1: quickstart/s0" in text(app))
        assert not lab.runs.exists()
        await pilot.press("R", "y")
        await until(pilot, lambda: "1 queued" in text(app))
        await until(pilot, lambda: app.view.running == 1)
        await pilot.press("t")
        await until(pilot, lambda: "of the little script" in text(app))
        await pilot.press("[")
        screen = app.screen
        assert isinstance(screen, RunScreen)
        chart = screen.query_one("#chart", Chart)
        await until(pilot, lambda: bool(chart.view.series))
        points = chart.view.series[0].points
        before = len(points.raw)
        await until(pilot, lambda: len(points.raw) > before)
        enough.touch()
        await until(pilot, lambda: screen.run.state is State.DONE)
        rows = len(RunFolder(screen.run.folder).metrics.read_text().splitlines())
        await until(pilot, lambda: len(points.raw) == rows)
        assert list(points.raw.ys) == [step / 1000 for step in range(1, rows + 1)]
        await pilot.press("q")
        await until(pilot, lambda: "1/1" in text(app))
        assert states(lab) == [State.DONE]


async def test_stop_run_anew_and_delete(tmp_path: Path) -> None:
    lab, _ = light_lab(tmp_path)
    async with running(lab.file, ui=LIVELY) as pilot:
        app = app_of(pilot)
        await pilot.press("R", "y")
        await until(pilot, lambda: any(one.step for one in app.view.live))
        await pilot.press("2", "D")
        await until(pilot, lambda: "not over is never deleted" in text(app))
        await pilot.press("S", "y")
        await until(pilot, lambda: states(lab) == [State.STOPPED])
        await until(pilot, lambda: app.view.running == 0)
        await settle(pilot)
        await pilot.press("T", *"look odd", "enter", "escape")
        await until(pilot, lambda: app.view.runs[0].tags == ("look", "odd"))
        await pilot.press("T", *"-odd", "enter", "escape")
        await until(pilot, lambda: app.view.runs[0].tags == ("look",))
        await pilot.press("P")
        await until(pilot, lambda: app.view.runs[0].pinned)
        await pilot.press("D", "y")
        await until(pilot, lambda: "is pinned" in text(app))
        await pilot.press("P")
        await until(pilot, lambda: not app.view.runs[0].pinned)
        await pilot.press("D", "y")
        await until(pilot, lambda: not app.view.runs)
        assert states(lab) == []
        await pilot.press("u")
        await until(pilot, lambda: len(app.view.runs) == 1)
        assert states(lab) == [State.STOPPED]


async def test_kill(tmp_path: Path) -> None:
    lab, _ = light_lab(tmp_path)
    async with running(lab.file, ui=LIVELY) as pilot:
        app = app_of(pilot)
        await pilot.press("R", "y")
        await until(pilot, lambda: any(one.step for one in app.view.live))
        await pilot.press("2", "enter", "X", "y")
        await until(pilot, lambda: states(lab) == [State.KILLED])
        await until(pilot, lambda: "killed" in text(app))
