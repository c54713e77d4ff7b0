"""Sides, what differs between them, what came out: of runs made in memory."""

from __future__ import annotations

from mobius_core.analysis.differences import origins, settings
from mobius_core.analysis.outcomes import Outcome, counts, outcomes
from mobius_core.analysis.seed_band import EARLY, MOST, seed_band
from mobius_core.analysis.sides import MOST as MOST_SIDES
from mobius_core.analysis.sides import cell_of, sides_of
from mobius_core.config.trial import Json
from mobius_core.runs.run import State
from tests.analysis.runs import judged, run


def test_cells_are_sides_and_seeds_are_their_runs() -> None:
    runs = [run("p/dense,lr=.02,s0"), run("p/prime,lr=.02,s0"), run("p/dense,lr=.02,s1")]
    sides = sides_of(runs)
    assert [(side.letter, side.name, len(side.runs)) for side in sides] == [
        ("A", "dense,lr=.02", 2),
        ("B", "prime,lr=.02", 1),
    ]


def test_runs_of_one_cell_are_compared_one_by_one() -> None:
    sides = sides_of([run("p/dense,s0"), run("p/dense,s11")])
    assert [side.name for side in sides] == ["dense,s0", "dense,s11"]
    again = sides_of([run("p/dense,s0", number=1), run("p/dense,s0", number=2)])
    assert len(again) == 2
    assert again[0].name != again[1].name


def test_names_keep_the_experiment_where_there_are_several() -> None:
    assert [side.name for side in sides_of([run("p/s0"), run("q/s0")])] == ["p", "q"]
    assert cell_of(run("p/s0").trial) == "p"
    assert cell_of(run("p/this1,s0").trial) == "p/this1"


def test_there_are_no_more_sides_than_letters() -> None:
    assert len(sides_of([run(f"p/arm{i},s0") for i in range(40)])) == MOST_SIDES


def test_what_differs_is_what_sides_do_not_share() -> None:
    dense: dict[str, Json] = {
        "model": {"widths": [31], "mask": {"mode": "none", "like": None}},
        "train": {"lr": 1},
    }
    prime: dict[str, Json] = {
        "model": {"widths": [31], "mask": {"mode": "prime_only"}},
        "train": {"lr": 1, "x": 2},
    }
    runs = [
        run("p/dense,s0", tables=dense),
        run("p/dense,s1", tables=dense),
        run("p/prime,s0", tables=prime),
        run("p/prime,s1", tables=prime),
    ]
    found = {setting.key: setting for setting in settings(sides_of(runs))}
    assert [key for key in found if found[key].differs] == ["model.mask.mode", "train.x"]
    assert found["model.mask.mode"].values == (("none",), ("prime_only",))
    assert found["train.x"].values == ((), (2,))
    assert found["seed"].values == ((0, 1), (0, 1))
    one = {setting.key: setting for setting in settings(sides_of(runs[:2]))}
    assert one["seed"].differs


def test_one_and_true_differ() -> None:
    runs = [run("p/a,s0", tables={"t": {"x": 1}}), run("p/b,s0", tables={"t": {"x": True}})]
    assert next(s for s in settings(sides_of(runs)) if s.key == "t.x").differs
    seeds = [run("p/a,s1", tables={"t": {"x": True}}), run("p/b,s1", tables={"t": {"x": 2}})]
    found = next(s for s in settings(sides_of([*runs, *seeds])) if s.key == "t.x")
    assert found.values == ((1, True), (2, True)), "of one cell, too"


def test_origins_are_told_with_the_sides_that_have_them() -> None:
    runs = [run("p/a,s0", number=1), run("p/b,s0", number=2), run("p/b,s1", number=3)]
    commits = {run.id: {"commit": "6d1f", "host": "x"} for run in runs}
    assert origins(sides_of(runs), commits) == ()
    commits[runs[2].id] = {"commit": "7abc"}
    assert origins(sides_of(runs), commits) == ("not of one commit: 6d1f (A B), 7abc (B)",)


def by_name(found: tuple[Outcome, ...]) -> dict[str, Outcome]:
    return {outcome.measure.name: outcome for outcome in found}


def test_differences_are_paired_by_seed() -> None:
    runs = [run(f"p/dense,s{s}", result=judged(100, 200 + 10 * s)) for s in range(8)]
    runs += [run(f"p/prime,s{s}", result=judged(100, 240 + 10 * s)) for s in range(8)]
    delay = by_name(outcomes(sides_of(runs), baseline=0))["delay"]
    assert [side.value for side in delay.sides] == [135, 175]
    assert delay.differences[0] is None
    gap = delay.differences[1]
    assert gap is not None
    # Every pair differs by 40, though the two arms overlap.
    assert (gap.value, gap.low, gap.high) == (40, 40, 40)


def test_a_run_that_never_generalised_counts_as_later() -> None:
    runs = [run("p/a,s0", result=judged(100, None)), run("p/b,s0", result=judged(100, 300))]
    found = by_name(outcomes(sides_of(runs), baseline=1))
    assert found["delay"].sides[0].at_least == 2900
    gap = found["delay"].differences[0]
    assert gap is not None
    assert (gap.value, gap.at_least) == (None, 2700)
    assert [counts(side).grokked for side in sides_of(runs)] == [0, 1]


def test_only_finished_runs_and_the_newest_of_a_seed_count() -> None:
    runs = [
        run("p/a,s0", number=1, result=judged(100, 300)),
        run("p/a,s0", number=2, result=judged(100, 400)),
        run("p/b,s0", number=3, result=judged(100, 900), state=State.RUNNING),
    ]
    found = by_name(outcomes(sides_of(runs), baseline=0))
    assert [side.value for side in found["generalised"].sides] == [400, None]
    assert counts(sides_of(runs)[0]).runs == 2


def test_single_runs_of_different_seeds_differ_too() -> None:
    runs = [run("p/a,s0", result=judged(100, 300)), run("p/a,s1", result=judged(100, 360))]
    gap = by_name(outcomes(sides_of(runs), baseline=0))["generalised"].differences[1]
    assert gap is not None
    assert gap.value == 60


def test_the_band_is_the_median_and_the_range_at_each_step() -> None:
    band = seed_band([([1, 2, 3], [0.0, 0.5, 1.0]), ([1, 3], [0.2, 0.4]), ([2], [0.9])])
    assert list(band.steps) == [1, 2, 3]
    # The third run begins at 2 and keeps its last value at 3.
    assert list(band.median) == [0.1, 0.5, 0.9]
    assert list(band.low) == [0.0, 0.2, 0.4]
    assert list(band.high) == [0.2, 0.9, 1.0]
    assert not seed_band([]).steps


def test_a_long_band_is_thinned_and_keeps_its_ends() -> None:
    steps = [float(step) for step in range(100_000)]
    band = seed_band([(steps, steps)])
    assert len(band.steps) <= MOST + 2
    assert list(band.steps[:EARLY]) == steps[:EARLY]
    assert band.steps[-1] == steps[-1]
    assert band.median == band.steps
