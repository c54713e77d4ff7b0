"""Runs: groups, columns, bulk actions, notes, undo, mistakes in the filter."""

from __future__ import annotations

from pathlib import Path

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.runs.lab import Lab
from mobius_tui.screens.run_rows import GroupRow, RunRow
from mobius_tui.screens.runs import RunsScreen
from tests.tui.driving import LARGE, app_of, running, settle, text, until
from tests.tui.labs import FILE, LabOnDisk, empty_lab, put_run


def names(screen: RunsScreen) -> list[str]:
    return [row.name for row in screen.table.rows]


async def test_groups_by_cell_arm_and_experiment(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"exp=primes", "enter", "b")
        screen = app.screen
        assert isinstance(screen, RunsScreen)
        assert names(screen) == ["primes/anti", "primes/prime-shuf", "primes/prime", "primes/dense"]
        group = screen.table.rows[2]
        assert isinstance(group, GroupRow)
        assert (group.done, len(group.members)) == (2, 2)
        # One generalised at 340 and 200 after it memorised, one never did in 240 steps.
        await settle(pilot)
        row = next(line for line in text(app).splitlines() if "primes/prime " in line)
        assert ">220" in row
        await pilot.press("j", "j", "enter")
        await settle(pilot)
        assert names(screen)[2:5] == ["primes/prime", "s1", "s0"]
        await pilot.press("enter", "b", "b")
        assert names(screen) == ["primes"]
        await pilot.press("b")
        assert len(screen.table.rows) == 7
        assert app.habits.runs_group == "none"


async def test_actions_on_a_group_are_those_on_its_runs(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"arm=dense", "enter", "b", "P")
        await until(pilot, lambda: "pinned 2 runs" in text(app))
        assert sum(run.pinned for run in Lab(lab.home).scan()) == 2
        await pilot.press("D")
        assert "delete 2 runs to the trash?" in text(app)
        await pilot.press("n", "u")
        await until(pilot, lambda: "took back: pin of 2 runs" in text(app))
        assert not any(run.pinned for run in Lab(lab.home).scan())


async def test_tags_and_then_the_note(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/dense,s0", "enter", "T", *"look good", "enter")
        await until(pilot, lambda: "note on primes/dense,s0" in text(app))
        await pilot.press(*"beats it", "enter")
        await until(pilot, lambda: "beats it" in text(app) and "noted on" in text(app))
        run = next(run for run in Lab(lab.home).scan() if run.note)
        assert (run.tags, run.note) == (("look", "good"), "beats it")
        await pilot.press("u")
        await until(pilot, lambda: "took back: note" in text(app))
        await pilot.press("u")
        await until(pilot, lambda: "took back: tags" in text(app))


async def test_mistakes_in_the_filter_are_said_and_change_nothing(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"lr>=fast", "enter")
        await until(pilot, lambda: "compares numbers" in text(app))
        screen = app.screen
        assert isinstance(screen, RunsScreen)
        assert len(screen.table.rows) == 9
        await pilot.press("/", *"widht=31", "enter")
        await until(pilot, lambda: 'no run has "widht"; the nearest is "widths"' in text(app))


async def test_columns_are_chosen_and_sorted_by(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "i")
        await until(pilot, lambda: "columns of Runs" in text(app))
        await pilot.press("G", "space", "enter")
        await settle(pilot)
        chosen = app.habits.runs_columns
        assert chosen[-1] not in ("tags", "note")
        screen = app.screen
        assert isinstance(screen, RunsScreen)
        assert screen.table.columns[-1].title == chosen[-1]
        assert any(screen.table.columns[-1].cell(row).text for row in screen.table.rows)
        title = screen.table.columns[0].title
        await pilot.press("o")
        assert app.habits.runs_order == title
        found = names(screen)
        assert found == sorted(found)


async def test_marks_of_a_group_are_marks_of_its_runs(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"arm=dense", "enter", "b", "space")
        screen = app.screen
        assert isinstance(screen, RunsScreen)
        assert [run.trial.name for run in screen.chosen] == ["primes/dense,s0", "primes/dense,s1"]
        assert "2 marked" in text(app)
        await pilot.press("b", "b", "b")
        assert all(isinstance(row, RunRow) and row.marked for row in screen.table.rows)
        await pilot.press("a", "a")
        assert len(screen._marks) == 2


async def test_the_ends_of_long_names_can_be_read(tmp_path: Path) -> None:
    long = "an-experiment-with-a-very-long-name-that-somebody-wrote"
    lab = empty_lab(tmp_path, FILE.replace("experiments.primes", f"experiments.{long}"))
    for number, trial in enumerate(expand(load(lab.file), long)[:2]):
        put_run(lab, trial, number, hours_ago=1)
    async with running(lab.file) as pilot:
        await pilot.press("2")
        await settle(pilot)
        rows = [line for line in text(app_of(pilot)).splitlines() if line.startswith("   an-exp")]
        assert len(rows) == 2
        assert all("…" in row for row in rows)
        assert {row.split()[0][-8:] for row in rows} == {"dense,s0", "dense,s1"}
        await pilot.press("S")
        question = next(line for line in text(app_of(pilot)).splitlines() if "stop an-exp" in line)
        assert "dense,s1, with a checkpoint?  y yes, any other key no" in question
