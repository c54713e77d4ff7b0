"""Compare: the marked runs beside each other, or one beside its control."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from mobius_core.metrics.table import MetricsTable
from mobius_core.runs.lab import Lab
from mobius_tui.screens.compare import CompareScreen
from mobius_tui.screens.compare_reader import Comparer
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.table import Table
from tests.tui.driving import LARGE, SMALL, app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk, empty_lab


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_marked_runs_are_set_beside_each_other_by_cell(
    lab: LabOnDisk, size: tuple[int, int]
) -> None:
    async with running(lab.file, size=size) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"exp=primes state=done", "enter", "a", "d")
        await until(pilot, lambda: "3 of" not in text(app) and "minus A" in text(app))
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        await until(pilot, lambda: len(screen.query_one("#curves", Chart).view.series) == 3)
        await settle(pilot)
        shown = text(app)
        assert "A dense*" in shown
        row = next(line for line in shown.splitlines() if "model.mask.mode" in line)
        assert row.strip("│ ").split() == ["model.mask.mode", "none", "prime_only", "shuffled"]
        assert "train.lr" not in shown
        assert [
            (mark.letter, mark.x) for mark in screen.query_one("#curves", Chart).view.marks
        ] == [
            ("A", 310.0),
            ("C", 380.0),
        ]
        await pilot.press("q")
        await settle(pilot)
        assert app.current_mode == "runs"


async def test_the_baseline_moves_and_all_keys_can_be_seen(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"exp=primes state=done", "enter", "a", "d")
        await until(pilot, lambda: "minus A" in text(app))
        await pilot.press("asterisk")
        await until(pilot, lambda: "minus B" in text(app) and "B prime*" in text(app))
        differs = app.screen.query_one("#differs", Table)
        few = len(differs.rows)
        await pilot.press("v")
        assert len(differs.rows) > few + 10
        assert "train.lr" in {row.name for row in differs.rows}


async def test_one_run_is_compared_with_the_control_of_the_same_seed(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/prime,s1", "enter", "d")
        await until(pilot, lambda: "minus A" in text(app))
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        names = [[run.trial.name for run in side.runs] for side in screen._found.sides]
        assert names == [["primes/dense,s1"], ["primes/prime,s1"]]
        # It ended at 400 and had not generalised, memorised at 160: later by more than 60.
        assert ">+60" in text(app)


async def test_3_compares_the_experiment_last_looked_at(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("j", "3")
        await until(pilot, lambda: "D anti" in text(app))


async def test_the_metric_is_found_by_a_few_letters(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("j", "3")
        await until(pilot, lambda: "─ test_acc" in text(app))
        await pilot.press("m", *"norm")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "─ norm" in text(app))
        assert app.habits.compare_metric == "norm"


def test_curves_stay_while_live_ones_are_read_again(lab: LabOnDisk) -> None:
    runs = [run for run in Lab(lab.home).scan() if run.trial.experiment == "primes"]
    comparer = Comparer()
    first, *_, last = comparer.compare(runs, 0)
    assert not first.bands
    again = next(iter(comparer.compare(runs, 1)))
    assert again.baseline == 1
    assert again.bands == last.bands
    # anti has not begun: it has no curve, the other three have.
    assert [band is not None for band in again.bands["test_acc"]] == [True, True, True, False]


def test_a_comparison_that_is_no_longer_wanted_may_still_be_at_work(
    lab: LabOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pressing of `*` starts a thread, which the next does not wait for."""
    runs = [run for run in Lab(lab.home).scan() if run.state.is_over]
    reading = threading.Barrier(2, timeout=0.5)
    refresh = MetricsTable.refresh

    def together(table: MetricsTable) -> bool:
        """As if both threads read the same run, where two can."""
        with suppress(threading.BrokenBarrierError):
            reading.wait()
        return refresh(table)

    monkeypatch.setattr(MetricsTable, "refresh", together)
    comparer = Comparer()
    with ThreadPoolExecutor(2) as pool:
        compared = [pool.submit(list, comparer.compare(runs, baseline)) for baseline in (0, 1)]
        assert [one.result()[-1].baseline for one in compared] == [0, 1]


async def test_nothing_to_compare_says_what_to_do(tmp_path: Path) -> None:
    lab = empty_lab(tmp_path)
    async with running(lab.file) as pilot:
        await pilot.press("3")
        await until(pilot, lambda: "space marks some" in text(app_of(pilot)))
