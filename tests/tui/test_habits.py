"""What a person left comes back: `habits.json` of a lab, and `mobius open`."""

from __future__ import annotations

import dataclasses
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from mobius_core.errors import NotFound, UsageError
from mobius_core.runs.lab import Lab
from mobius_tui import habits
from mobius_tui.app import MobiusApp
from mobius_tui.cli.open import opening_of
from mobius_tui.habits import Habits
from mobius_tui.opening import Opening
from mobius_tui.screens.compare import CompareScreen
from mobius_tui.screens.run import RunScreen
from mobius_tui.screens.runs import RunsScreen
from mobius_tui.widgets.chart import Chart
from tests.tui.driving import LARGE, app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk


async def test_screen_filter_groups_and_axes_come_back(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        await pilot.press("2", "/", *"arm=dense", "enter", "b", "o")
        await pilot.press("enter", "j", "enter", "s", "x", "Q")
    left = habits.read(lab.home)
    assert (left.screen, left.runs_filter, left.runs_group) == ("runs", "arm=dense", "cell")
    assert (left.x_log, left.smoothing) == ((), 0.6)
    async with running(lab.file, size=LARGE, habits=left) as pilot:
        app = app_of(pilot)
        screen = app.screen
        assert isinstance(screen, RunsScreen)
        assert "/arm=dense" in text(app)
        assert "by cell" in text(app)
        await pilot.press("enter", "j", "enter")
        await settle(pilot)
        view = app.screen.query_one("#chart", Chart).view
        assert (view.x.value, view.smoothing) == ("lin", 0.6)


def test_who_leaves_waits_for_habits_that_are_being_written(
    lab: LabOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were lost where the worker was at it: seen once, on a busy machine."""
    app = MobiusApp(lab.file)
    app.habits = Habits(screen="runs")
    begun, free = threading.Event(), threading.Event()
    written: list[Habits] = []

    def write(home: Path | None, left: Habits) -> None:
        begun.set()
        free.wait()
        written.append(left)

    monkeypatch.setattr(habits, "write", write)
    worker = threading.Thread(target=app._keep_habits)
    worker.start()
    begun.wait()
    threading.Timer(0.05, free.set).start()
    app._keep_habits()
    assert written == [app.habits]
    worker.join()


@pytest.mark.parametrize("key", "1234567")
async def test_any_screen_may_be_the_second_one(lab: LabOnDisk, key: str) -> None:
    """Experiments, shown after another, had texts to wrap before it had a width: the end."""
    left = Habits(screen="system" if key != "7" else "runs")
    async with running(lab.file, habits=left) as pilot:
        await pilot.press(key)
        await settle(pilot)
        assert f"[{key}" in text(app_of(pilot))


@pytest.mark.parametrize(
    "text", ["{torn", "[]", '{"schema": 2, "screen": "runs"}', '{"schema": 1, "runs_reversed": 3}']
)
def test_a_file_that_is_none_of_ours_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / habits.FILE).write_text(text)
    assert habits.read(tmp_path) == Habits()


def test_every_field_is_kept(tmp_path: Path) -> None:
    other = {str: "x", bool: True, float: 0.9, tuple: ("a", "b")}
    changed: dict[str, Any] = {
        field.name: other[type(getattr(Habits(), field.name))]
        for field in dataclasses.fields(Habits)
    }
    wanted = dataclasses.replace(Habits(), **changed)
    habits.write(tmp_path, wanted)
    assert habits.read(tmp_path) == wanted
    assert json.loads((tmp_path / habits.FILE).read_text())["schema"] == 1


def test_where_there_is_no_lab_nothing_is_kept(tmp_path: Path) -> None:
    habits.write(tmp_path / "absent", Habits())
    assert not (tmp_path / "absent").exists()
    assert habits.read(None) == Habits()


async def test_a_screen_that_is_gone_is_the_first_one(lab: LabOnDisk) -> None:
    async with running(lab.file, habits=Habits(screen="media")) as pilot:
        assert app_of(pilot).current_mode == "experiments"


async def test_open_at_a_tab_of_a_run_and_back(lab: LabOnDisk) -> None:
    run = next(run for run in Lab(lab.home).scan() if run.trial.name == "primes/dense,s0")
    opening = opening_of([run.id], "events", lab.file, None)
    async with running(lab.file, size=LARGE, opening=opening) as pilot:
        app = app_of(pilot)
        assert isinstance(app.screen, RunScreen)
        await until(pilot, lambda: "[Events]" in text(app) and "queued" in text(app))
        await pilot.press("q")
        await settle(pilot)
        assert app.current_mode == "runs"


async def test_open_an_experiment_on_a_screen(lab: LabOnDisk) -> None:
    async with running(lab.file, opening=opening_of(["primes"], "onset", lab.file, None)) as pilot:
        assert "Onset   primes" in text(app_of(pilot))
    async with running(lab.file, opening=opening_of(["primes"], "", lab.file, None)) as pilot:
        assert "/exp=primes" in text(app_of(pilot))


async def test_open_several_runs_compares_them(lab: LabOnDisk) -> None:
    opening = opening_of(["exp=primes", "seed=0"], "compare", lab.file, None)
    async with running(lab.file, size=LARGE, opening=opening) as pilot:
        app = app_of(pilot)
        assert isinstance(app.screen, CompareScreen)
        await until(pilot, lambda: "D anti" in text(app) and "A dense*" in text(app))


def test_what_open_means(lab: LabOnDisk) -> None:
    def of(*words: str, screen: str = "") -> Opening:
        return opening_of(list(words), screen, lab.file, None)

    assert of() == Opening()
    assert of(screen="system") == Opening(screen="system")
    assert of("state=failed") == Opening(screen="runs", words="state=failed")
    assert of("never", screen="sparsity").subject == "never"
    assert of("@last", screen="system").tab == "system"
    with pytest.raises(UsageError, match="there is no such screen; there are experiments, runs"):
        of(screen="media")
    with pytest.raises(UsageError, match="is of one run: name it"):
        of(screen="log")
    with pytest.raises(UsageError, match="is of one run; primes is an experiment"):
        of("primes", screen="log")
    with pytest.raises(UsageError, match="is several"):
        of("exp=primes", screen="log")
    with pytest.raises(NotFound):
        of("nothing")
