"""Kaplan-Meier curves as chart lines: the share of an arm's runs that has not generalised yet."""

from __future__ import annotations

from collections.abc import Sequence

from mobius_core.analysis.onset_table import generalising, judged_runs
from mobius_core.analysis.survival import Wait, kaplan_meier
from mobius_tui.charts import palette
from mobius_tui.charts.series import Points, Series
from mobius_tui.screens.onset_columns import Group

BEFORE = 3.0
"""The curves begin this many times earlier than the first event: nothing happens before."""


def survival(found: Sequence[Group]) -> list[Series]:
    """One stepped line a group, up to where its last run was watched."""
    waits = {group.name: generalising(judged_runs(group.runs)) for group in found}
    first = min((wait.time for of_group in waits.values() for wait in of_group), default=1.0)
    colours = palette.colours(waits)
    return [
        Series(name, palette.mark(position), colours[name], steps(waits[name], first / BEFORE))
        for position, name in enumerate(waits)
        if waits[name]
    ]


def steps(waits: Sequence[Wait], begin: float) -> Points:
    """Right angles from `begin` on: the share stays until the next drop."""
    xs, ys = [max(begin, 1.0)], [1.0]
    for drop in kaplan_meier(waits):
        xs += [drop.time, drop.time]
        ys += [ys[-1], drop.share]
    xs.append(max(wait.time for wait in waits))
    ys.append(ys[-1])
    return Points.of(xs, ys)
