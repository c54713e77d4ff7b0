"""Onset: cells, every seed, the grid, the band of an arm, and pairs that are tested on the spot."""

from __future__ import annotations

from mobius_core.config.trial import Json
from mobius_tui.screens.every_seed import grid, strip
from mobius_tui.screens.onset import OnsetScreen
from mobius_tui.screens.onset_columns import groups
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.styled import plain
from tests.analysis.runs import judged, run
from tests.tui.driving import LARGE, app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk


def test_seeds_stand_where_their_delays_are() -> None:
    runs = [run(f"p/a,s{seed}", result=judged(100, 200)) for seed in range(2)]
    runs += [run("p/b,s0", result=judged(100, 2100)), run("p/b,s1", result=judged(100, None, 1100))]
    rows = [plain(line) for line in strip(groups(runs, by_cell=False), 60)]
    assert rows[0].startswith("a │")
    assert rows[0].rstrip().endswith("2")
    assert rows[0].index("2") < rows[1].index("x") < rows[1].index(".")
    assert "500" in rows[3]
    assert "1000" in rows[3]
    # A tick stands at its place: that of 1,000 steps where the censored delay of 1,000 is.
    assert rows[3].index("1000") == rows[1].index("x")


def test_no_delay_says_why() -> None:
    rows = strip(groups([run("p/a,s0", result=judged(None, None))], by_cell=False), 60)
    assert "No run has memorised yet" in plain(rows[0])


def test_one_axis_is_a_grid_of_arms_and_two_are_of_one_arm() -> None:
    runs = [
        run(f"p/{arm},lr={lr},s{seed}", result=judged(100, when), axes={"train.lr": lr})
        for arm, lr, when in (("a", 0.1, 300), ("a", 0.2, 200), ("b", 0.1, None))
        for seed in (0, 1)
    ]
    rows = [plain(line).rstrip() for line in grid(runs, "a", 60)]
    assert rows[0] == "train.lr down, arms across"
    assert rows[1].split() == ["a", "b"]
    assert rows[2].split() == ["0.1", "300", "..", ">3000", "xx"]
    assert rows[3].split() == ["0.2", "200", ".."]
    both: dict[str, Json]
    two = []
    for lr, wd, when in ((0.1, 1, 300), (0.1, 2, 400), (0.2, 1, 500)):
        both = {"train.lr": lr, "wd": wd}
        two.append(run(f"p/a,lr={lr},wd={wd},s0", result=judged(100, when), axes=both))
    rows = [plain(line).rstrip() for line in grid(two, "a", 60)]
    assert rows[0] == "a: train.lr down, wd across"
    assert rows[2].split() == ["0.1", "300", ".", "400", "."]
    assert rows[3].split() == ["0.2", "500", "."]


async def test_views_and_cells(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("5")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, OnsetScreen)
        await pilot.press("v")
        await until(pilot, lambda: "delay of every seed" in text(app))
        assert "one seed" in text(app)
        await pilot.press("v")
        await until(pilot, lambda: "the sweep has no other axis" in text(app))
        await pilot.press("v", "b")
        await until(pilot, lambda: "by cell" in text(app))
        assert app.habits.onset_cells
        assert screen.query_one("#survival", Chart).display


async def test_a_pair_is_tested_on_the_spot_and_said_to_explore(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("5")
        await until(pilot, lambda: "log-rank" in text(app))
        screen = app.screen
        assert isinstance(screen, OnsetScreen)
        banded = screen.query_one("#survival", Chart).view.series
        assert [series.band is not None for series in banded] == [True, False, False]
        await pilot.press("j", "j", "space", "k", "k", "space", "d")
        await until(pilot, lambda: "tested now, not planned" in text(app))
        assert "prime-shuf vs prime" in text(app) or "prime vs prime-shuf" in text(app)


async def test_a_pair_that_is_none_says_what_to_do(lab: LabOnDisk) -> None:
    async with running(lab.file, size=LARGE) as pilot:
        app = app_of(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("d")
        assert "d tests two arms: space marks them" in text(app)
