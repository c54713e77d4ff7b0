"""Onset by arm from runs, and the Kaplan-Meier curve under it."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.analysis.onset_table import onset_table
from mobius_core.analysis.survival import Wait, kaplan_meier, median_wait
from mobius_core.config.trial import Json, Trial
from mobius_core.runs.run import Run, State

waits = st.lists(st.builds(Wait, st.integers(0, 20).map(float), st.booleans()), max_size=30)


def redistributed(times: list[Wait], moment: float) -> float:
    """Efron's redistribution to the right, 1967: who is lost to view bequeaths their weight to all
    who are seen for longer."""
    ordered = sorted(times, key=lambda wait: (wait.time, not wait.came))
    weight = [1 / len(ordered)] * len(ordered)
    for i, wait in enumerate(ordered):
        if not wait.came and wait.time <= moment:
            heirs = len(ordered) - i - 1
            for j in range(i + 1, len(ordered)):
                weight[j] += weight[i] / heirs
            if heirs:
                weight[i] = 0.0
    return sum(w for w, wait in zip(weight, ordered, strict=True) if wait.time > moment) + sum(
        w for w, wait in zip(weight, ordered, strict=True) if wait.time <= moment and not wait.came
    )


@given(waits.filter(bool), st.integers(0, 20))
def test_kaplan_meier_is_redistribution_to_the_right(times: list[Wait], moment: int) -> None:
    share = next((drop.share for drop in reversed(kaplan_meier(times)) if drop.time <= moment), 1.0)
    assert share == pytest.approx(redistributed(times, moment))


@given(waits)
def test_the_curve_only_falls_and_accounts_for_every_event(times: list[Wait]) -> None:
    drops = kaplan_meier(times)
    shares = [1.0, *(drop.share for drop in drops)]
    assert shares == sorted(shares, reverse=True)
    assert sum(drop.events for drop in drops) == sum(wait.came for wait in times)
    assert [drop.time for drop in drops] == sorted({wait.time for wait in times if wait.came})


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_without_censoring_the_median_is_the_ordinary_one(steps: list[int]) -> None:
    assert median_wait(Wait(step, True) for step in steps) == statistics.median(steps)


def test_the_median_of_a_published_sample() -> None:
    """Freireich et al. 1963, 6-mercaptopurine: median remission 23 weeks, 9 events in 21."""
    came = (6, 6, 6, 7, 10, 13, 16, 22, 23)
    lost = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
    sample = [Wait(t, True) for t in came] + [Wait(t, False) for t in lost]
    assert median_wait(sample) == 23
    assert [round(drop.share, 3) for drop in kaplan_meier(sample)] == [
        0.857,
        0.807,
        0.753,
        0.690,
        0.627,
        0.538,
        0.448,
    ]


def test_a_median_hidden_by_censoring_is_unknown() -> None:
    assert median_wait([Wait(10, True), Wait(50, False), Wait(50, False)]) is None
    assert median_wait([]) is None


def run(
    arm: str | None,
    state: State = State.DONE,
    memorised: int | None = None,
    generalised: int | None = None,
    *,
    kind: str | None = None,
    experiment: str = "primes",
    end: int = 1000,
) -> Run:
    if kind is None:
        kind = "not_memorised" if memorised is None else "memorised_only"
        kind = kind if generalised is None else "grokked"
    onset: dict[str, Json] = {
        "class": kind,
        "memorised": memorised,
        "generalised": generalised,
        "censored_at": end if generalised is None else None,
        "delay": generalised - memorised if memorised and generalised else None,
    }
    trial = Trial(name="t", experiment=experiment, kind="modular", key="0", seed=0, arm=arm)
    return Run(
        id="r",
        folder=Path(),
        trial=trial,
        state=state,
        host="here",
        attempt=1,
        submitted=0.0,
        result={"onset": onset, "step": end} if state is State.DONE else None,
    )


def test_a_row_counts_every_run_of_its_arm_once() -> None:
    (dense, prime) = onset_table(
        [
            run("dense", memorised=100, generalised=300),
            run("dense", memorised=110, generalised=290),
            run("prime", memorised=100, generalised=100, kind="direct"),
            run("dense", memorised=120),
            run("prime"),
            run("prime", State.NAN),
            run("prime", State.LOST),
            run("dense", State.RUNNING),
            run("dense", State.QUEUED),
        ]
    )
    assert (dense.arm, dense.n, dense.failed, dense.unfinished) == ("dense", 3, 0, 2)
    assert (dense.grokked, dense.direct, dense.memorised_only, dense.not_memorised) == (2, 0, 1, 0)
    assert (prime.arm, prime.n, prime.failed, prime.unfinished) == ("prime", 2, 2, 0)
    assert (prime.grokked, prime.direct, prime.memorised_only, prime.not_memorised) == (0, 1, 0, 1)


def test_medians_count_the_censored() -> None:
    (row,) = onset_table(
        [
            run("a", memorised=100, generalised=300),
            run("a", memorised=100, generalised=400),
            run("a", memorised=120, end=2000),
            run("a"),
        ]
    )
    assert (row.generalised.median, row.generalised.low, row.generalised.high) == (None, 300, 400)
    assert (row.memorised.median, row.memorised.low, row.memorised.high) == (110, 100, 120)
    # The run that never memorised has no delay: 200, 300 and more than 1880.
    assert (row.delay.median, row.delay.low, row.delay.high) == (300, 200, 300)
    assert row.censored_at == (1000, 2000)


def test_arms_are_named_with_their_experiment_where_there_are_several() -> None:
    alone = [run("a"), run(None)]
    assert [row.arm for row in onset_table(alone)] == ["a", "primes"]
    rows = onset_table([run("a"), run("a", experiment="widths"), run(None, experiment="delay")])
    assert [row.arm for row in rows] == ["primes/a", "widths/a", "delay"]


def test_no_runs_no_rows() -> None:
    assert onset_table([]) == ()
    (row,) = onset_table([run("a", State.FAILED)])
    assert (row.n, row.failed, row.delay.median, row.censored_at) == (0, 1, None, ())
