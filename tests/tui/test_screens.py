"""What each screen says about a real lab, and what its keys do."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobius_core.config.machine import UiSpec
from mobius_core.runs.run import State
from mobius_tui.screens.run import RunScreen
from mobius_tui.screens.runs import RunsScreen
from mobius_tui.screens.sparsity import SparsityScreen
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.message_line import MessageLine
from tests.tui.driving import LARGE, SMALL, app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk, empty_lab


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_experiments_are_counted_by_their_present_trials(
    lab: LabOnDisk, size: tuple[int, int]
) -> None:
    async with running(lab.file, size=size) as pilot:
        shown = text(app_of(pilot))
        assert "5/8" in shown
        assert "gap -0.03 pt ±0.05" in shown
        assert "1 failed" in shown
        assert "never run: press R" in shown
        assert "1 run 1 wait" in shown


async def test_an_edit_of_the_file_takes_old_runs_out_of_the_count(lab: LabOnDisk) -> None:
    async with running(lab.file, ui=UiSpec(refresh=0.02)) as pilot:
        lab.file.write_text(lab.file.read_text().replace("lr = 1e-2", "lr = 2e-2"))
        await until(pilot, lambda: "0/8" in text(app_of(pilot)))


async def test_errors_of_the_file_are_all_told_with_their_lines(lab: LabOnDisk) -> None:
    wrong = (
        lab.file.read_text()
        .replace('"prime_only"', '"prime_olny"')
        .replace("seeds = 2", "seeds = 0")
    )
    lab.file.write_text(wrong)
    async with running(lab.file, size=LARGE) as pilot:
        shown = text(app_of(pilot))
        assert "line 19  experiments.primes.seeds" in shown
        assert "line 22  experiments.primes.arms.prime.model.mask.mode" in shown
        assert "prime_only?" in shown  # of "did you mean prime_only?", which may wrap
        assert "e opens the file" in shown


async def test_words_of_others_never_act_on_the_terminal(lab: LabOnDisk) -> None:
    title = "Nobody has \\u001b[31mpressed\\u0007 R yet"
    lab.file.write_text(lab.file.read_text().replace("Nobody has pressed R yet", title))
    async with running(lab.file) as pilot:
        await pilot.press("G")
        await settle(pilot)
        shown = text(app_of(pilot))
        assert "Nobody has ^[[31mpressed^G R yet" in shown
        assert "\x1b" not in shown


async def test_without_a_file_the_screen_says_what_to_do() -> None:
    async with running(None) as pilot:
        assert "mobius init" in text(app_of(pilot))
        await pilot.press("2")
        await settle(pilot)
        assert "no run yet" in text(app_of(pilot))


async def test_r_asks_and_only_y_acts(tmp_path: Path) -> None:
    lab = empty_lab(tmp_path)
    async with running(lab.file) as pilot:
        line = pilot.app.screen.query_one(MessageLine)
        for key in ("enter", "n", "escape", "R"):
            await pilot.press("G", "R")
            assert line.text.startswith("queue 1 trial of never?")
            await pilot.press(key)
            await settle(pilot)
            assert not line.text.startswith("queue")
        assert not lab.runs.exists()


async def test_enter_opens_the_runs_of_an_arm_and_q_comes_back(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("j", "b", "j", "j", "enter")
        await settle(pilot)
        assert isinstance(app.screen, RunsScreen)
        assert app.habits.runs_filter == "exp=primes arm=prime"
        assert [row.runs[0].trial.arm for row in app.screen.table.rows] == ["prime", "prime"]
        await pilot.press("q")
        await settle(pilot)
        assert app.current_mode == "experiments"


async def test_runs_filter_sort_and_mark(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"state=done primes", "enter")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, RunsScreen)
        assert {row.runs[0].state for row in screen.table.rows} == {State.DONE}
        assert len(screen.table.rows) == 5
        await pilot.press("o")
        names = [row.runs[0].trial.name for row in screen.table.rows]
        assert names == sorted(names)
        await pilot.press("O")
        assert [row.runs[0].trial.name for row in screen.table.rows] == names[::-1]
        await pilot.press("a", "S")
        assert "nothing to stop: 5 runs: done" in text(app)
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert len(screen.table.rows) == 9


async def test_run_shows_curves_marks_log_and_facts(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/dense,s0", "enter", "enter")
        await until(pilot, lambda: "grokked" in text(app) and "a train_acc" in text(app))
        screen = app.screen
        assert isinstance(screen, RunScreen)
        chart = screen.query_one("#chart", Chart)
        assert [series.name for series in chart.view.series] == ["train_acc", "test_acc"]
        assert [(mark.letter, mark.x) for mark in chart.view.marks] == [("m", 140), ("g", 300)]
        assert "step    400" in text(app)
        await pilot.press("m", *"los", "enter")
        await until(pilot, lambda: app.screen is screen)
        assert [series.name for series in chart.view.series] == ["train_loss", "test_loss"]
        await pilot.press("h")
        assert chart.view.cursor is not None
        assert "at step" in text(app)


async def test_tabs_and_neighbours_of_a_run(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/dense", "enter", "enter", "]", "]", "]")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, RunScreen)
        assert "trial     primes/dense,s1" in text(app)
        await pilot.press(")")
        await settle(pilot)
        assert "trial     primes/dense,s0" in text(app)
        await pilot.press("]")
        await until(pilot, lambda: "queued" in text(app))
        await pilot.press("]")
        await until(pilot, lambda: "6d1f0a2b5c" in text(app))


async def test_search_of_the_log(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/dense,s0", "enter", "t", "/", *"step     20 ", "enter")
        await until(pilot, lambda: "line 2 of 40" in text(app))
        await pilot.press("/", *"nowhere", "enter")
        await until(pilot, lambda: '"nowhere" is not in the log' in text(app))


async def test_sparsity_draws_the_masks_a_child_would_have(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("4")
        screen = app.screen
        assert isinstance(screen, SparsityScreen)
        await until(pilot, lambda: len(screen.table.rows) == 4)
        await settle(pilot)
        prime = screen.table.current
        assert prime is not None
        assert prime.arm == "prime"
        assert "31 -> 61" in text(app)
        # Row or column a prime is more than half of all weights, and a mask is cut to half.
        assert prime.layers[1].weights == 61 * 31 // 2
        await pilot.press("]")
        assert "layer 3 of 3" in text(app)


async def test_onset_counts_classes_and_draws_survival(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("5")
        await settle(pilot)
        shown = text(app)
        assert "5 of 8 done" in shown
        prime = next(line for line in shown.splitlines() if line.startswith("│   prime  "))
        assert "400 (1)" in prime  # one run was watched for 400 steps and never generalised
        curve = app.screen.query_one("#survival", Chart).view.series
        dense = next(series for series in curve if series.name == "dense")
        assert list(dense.points.raw.ys) == [1.0, 1.0, 0.5, 0.5, 0.0, 0.0]
        assert list(dense.points.raw.xs) == [100.0, 300.0, 300.0, 320.0, 320.0, 320.0]


async def test_onset_gives_the_verdict_of_a_child_process(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("5")
        await until(pilot, lambda: "log-rank of steps to generalisation" in text(app))
        shown = text(app)
        assert "prime vs dense" in shown
        assert "looked at before the end" in shown


async def test_data_lists_what_the_file_names(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        await pilot.press("6")
        await until(pilot, lambda: "not built" in text(app_of(pilot)))
        assert "2 .. 1e+13" in text(app_of(pilot))


async def test_system_measures_this_machine(lab: LabOnDisk) -> None:
    async with running(lab.file, ui=UiSpec(refresh=0.05)) as pilot:
        await pilot.press("7")
        await until(pilot, lambda: "memory" in text(app_of(pilot)))
        assert "GiB" in text(app_of(pilot))
        assert "primes/prime-shuf,s1" in text(app_of(pilot))


async def test_zoom_gives_a_pane_the_body_and_back(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("z")
        await settle(pilot)
        assert "What happened" not in text(app)
        await pilot.press("escape")
        await settle(pilot)
        assert "What happened" in text(app)


async def test_a_pinned_theme_that_does_not_exist_is_one_sentence(lab: LabOnDisk) -> None:
    from mobius_core.errors import UsageError
    from mobius_tui.app import MobiusApp

    with pytest.raises(UsageError, match='no theme is called "monoky"'):
        MobiusApp(lab.file, ui=UiSpec(theme="monoky"))
