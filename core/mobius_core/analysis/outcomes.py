"""What came out on each side of a comparison, and by how much it differs from the baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mobius_core.analysis.figures import Figures, figures_of
from mobius_core.analysis.intervals import Between, MedianEstimate, beyond, estimate, exactly
from mobius_core.analysis.sides import Side
from mobius_core.config.trial import Json
from mobius_core.metrics.onset import GROKKED
from mobius_core.runs.run import State

PAIRED: Final = "paired by seed"
"""Differences of runs with one seed: they share split, order of rows and initial weights."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a finished run; `value` is None where it has none."""

    name: str
    value: Callable[[Figures], Between | None]
    share: bool = False
    """a fraction, told in per cent or points for arithmetic"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One measure on every side."""

    measure: Measure
    sides: tuple[MedianEstimate, ...]
    differences: tuple[MedianEstimate | None, ...]
    """median of the differences from the baseline, paired by seed; None for the baseline itself
    and where no seed is on both sides"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How the runs of a side ended."""

    runs: int
    done: int
    grokked: int | None
    """None where that is not asked"""


def figure(name: str) -> Callable[[Figures], Between | None]:
    def value(figures: Figures) -> Between | None:
        found = getattr(figures, name)
        return None if found is None else exactly(found)

    return value


def generalised(figures: Figures) -> Between | None:
    if figures.generalised is not None:
        return exactly(figures.generalised)
    return None if figures.censored_at is None else beyond(figures.censored_at)


def delay(figures: Figures) -> Between | None:
    """Of runs that memorised."""
    if figures.delay is not None:
        return exactly(figures.delay)
    if figures.memorised is None or figures.censored_at is None:
        return None
    return beyond(figures.censored_at - figures.memorised)


MEASURES: Final = (
    Measure("memorised", figure("memorised")),
    Measure("generalised", generalised),
    Measure("delay", delay),
    Measure("test accuracy", figure("accuracy"), share=True),
    Measure("best test accuracy", figure("best_accuracy"), share=True),
    Measure("gap to the oracle", figure("gap"), share=True),
    Measure("test loss", figure("cross_entropy")),
    Measure("seconds", figure("seconds")),
)


def outcomes(sides: Sequence[Side], baseline: int) -> tuple[Outcome, ...]:
    """Every measure that some run of the sides has, of runs that are done."""
    done = [figures_of_done(side) for side in sides]
    found = []
    for measure in MEASURES:
        values = [values_of(of_side, measure) for of_side in done]
        if any(values):
            against = values[baseline]
            found.append(
                Outcome(
                    measure,
                    tuple(estimate(list(own.values())) for own in values),
                    tuple(
                        None if place == baseline else difference(own, against)
                        for place, own in enumerate(values)
                    ),
                )
            )
    return tuple(found)


def figures_of_done(side: Side) -> list[tuple[int, Figures]]:
    """Seed and figures of the runs that are done, in the order of their submission."""
    done = (run for run in side.runs if run.state is State.DONE)
    in_order = sorted(done, key=lambda run: run.submitted)
    return [(run.trial.seed, figures_of(run)) for run in in_order]


def values_of(done: Sequence[tuple[int, Figures]], measure: Measure) -> dict[int, Between]:
    """By seed; the newest run of a seed that has a value speaks for it."""
    known = ((seed, measure.value(figures)) for seed, figures in done)
    return {seed: value for seed, value in known if value is not None}


def difference(own: dict[int, Between], against: dict[int, Between]) -> MedianEstimate | None:
    """Of the seeds that both have; two single runs differ whatever their seeds."""
    if len(own) == len(against) == 1:
        return estimate([single(own).minus(single(against))])
    pairs = [own[seed].minus(against[seed]) for seed in own if seed in against]
    return estimate(pairs) if pairs else None


def single(values: dict[int, Between]) -> Between:
    (value,) = values.values()
    return value


def counts(side: Side) -> Counts:
    done = [run for run in side.runs if run.state is State.DONE]
    classes = [figures_of(run).onset_class for run in done]
    return Counts(len(side.runs), len(done), classes.count(GROKKED) if any(classes) else None)


def outcome_json(outcome: Outcome) -> dict[str, Json]:
    """As `mobius compare --json` prints it; shares are fractions, times optimiser steps."""
    return {
        "measure": outcome.measure.name,
        "sides": [estimate_json(one) for one in outcome.sides],
        "minus_baseline": [
            None if one is None else estimate_json(one) for one in outcome.differences
        ],
    }


def estimate_json(one: MedianEstimate) -> dict[str, Json]:
    return {
        "n": one.n,
        "median": one.value,
        "low": one.low,
        "high": one.high,
        "at_least": one.at_least,
    }
