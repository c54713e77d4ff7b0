"""Kaplan-Meier curves as chart lines: the share of an arm's runs that has not generalised yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mobius_core.analysis.onset_table import generalising, judged_runs
from mobius_core.analysis.survival import Wait, kaplan_meier
from mobius_core.config.trial import Json
from mobius_tui.charts import palette
from mobius_tui.charts.series import Points, Series
from mobius_tui.model import number
from mobius_tui.screens.onset_columns import Group

BEFORE = 3.0
"""The curves begin this many times earlier than the first event: nothing happens before."""


def survival(
    found: Sequence[Group], verdict: Mapping[str, Json] | None = None, banded: str = ""
) -> list[Series]:
    """One stepped line a group, up to where its last run was watched; for the arm named `banded`
    with the 95 % band of the statistics."""
    waits = {group.name: generalising(judged_runs(group.runs)) for group in found}
    first = min((wait.time for of_group in waits.values() for wait in of_group), default=1.0)
    begin = max(first / BEFORE, 1.0)
    colours = palette.colours(waits)
    return [
        Series(
            name,
            palette.mark(position),
            colours[name],
            stairs([(drop.time, drop.share) for drop in kaplan_meier(own)], begin, last(own)),
            band=band_of(verdict, name, begin, last(own)) if name == banded else None,
        )
        for position, (name, own) in enumerate(waits.items())
        if own
    ]


def last(waits: Sequence[Wait]) -> float:
    return max(wait.time for wait in waits)


def stairs(drops: Sequence[tuple[float, float]], begin: float, end: float) -> Points:
    """Right angles from `begin` to `end`: the share stays until the next drop."""
    xs, ys = [begin], [1.0]
    for time, share in drops:
        xs += [time, time]
        ys += [ys[-1], share]
    return Points.of([*xs, end], [*ys, ys[-1]])


def band_of(
    verdict: Mapping[str, Json] | None, arm: str, begin: float, end: float
) -> tuple[Points, Points] | None:
    """The least and the greatest share, from `curve` of the sweep's statistics."""
    arms = verdict.get("arms") if verdict is not None else None
    known = arms if isinstance(arms, list) else []
    one = next((one for one in known if isinstance(one, dict) and one.get("arm") == arm), {})
    curve = one.get("curve") if isinstance(one, dict) else None
    steps = [step for step in curve if isinstance(step, dict)] if isinstance(curve, list) else []
    if not steps:
        return None
    sides = [[(number(s, "time"), number(s, end_of)) for s in steps] for end_of in ("low", "high")]
    low, high = (
        stairs([(t, share) for t, share in side if t is not None and share is not None], begin, end)
        for side in sides
    )
    return low, high
