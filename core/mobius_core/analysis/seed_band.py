"""One curve for several seeds: at each step the median of the runs, the least and the most."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from mobius_core.analysis.intervals import middle

Item = TypeVar("Item")
Curve = tuple[Sequence[float], Sequence[float]]
"""Steps, ascending, and values."""
MOST: Final = 1000
"""Steps of a band: more than a screen has columns, few enough for a hundred runs a second."""
EARLY: Final = 250
"""Of these the first ones are all kept, because a logarithmic axis shows them apart."""


@dataclass(frozen=True, slots=True)
class SeedBand:
    """Equally long columns: arrays, since a comparison of 20 arms holds a quarter of a million
    numbers."""

    steps: array[float]
    median: array[float]
    low: array[float]
    high: array[float]
    edition: int
    """the same for the same numbers"""


def seed_band(curves: Sequence[Curve]) -> SeedBand:
    """A run counts from its first step on and keeps its last value when it has ended: those that
    stop early, because they have generalised, would otherwise leave the median to the slow ones."""
    steps = thinned(sorted({step for xs, _ in curves for step in xs}))
    found = [sorted(values) for values in values_at(steps, curves)]
    columns = (
        array("d", steps),
        array("d", [middle(values) for values in found]),
        array("d", [values[0] for values in found]),
        array("d", [values[-1] for values in found]),
    )
    return SeedBand(*columns, hash(tuple(column.tobytes() for column in columns)))


def values_at(steps: Sequence[float], curves: Sequence[Curve]) -> Iterator[list[float]]:
    """Of each step, the values of the runs that have begun."""
    wanted = list(steps)
    if all(list(xs) == wanted for xs, _ in curves):
        # Seeds of one arm, as a rule: 50 of them in a fifth of the time.
        yield from map(list, zip(*(ys for _, ys in curves), strict=True))
        return
    at = [-1] * len(curves)
    for step in steps:
        values = []
        for number, (xs, ys) in enumerate(curves):
            place = at[number]
            while place + 1 < len(xs) and xs[place + 1] <= step:
                place += 1
            at[number] = place
            if place >= 0:
                values.append(ys[place])
        yield values


def thinned(steps: Sequence[Item]) -> Sequence[Item]:
    """At most about `MOST` of them: the early ones, the last, and evenly between."""
    if len(steps) <= MOST:
        return steps
    rest = steps[EARLY:]
    every = -(-len(rest) // (MOST - EARLY))
    kept = [*steps[:EARLY], *rest[::every]]
    return kept if kept[-1] == steps[-1] else [*kept, steps[-1]]
