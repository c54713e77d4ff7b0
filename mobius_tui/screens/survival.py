"""Kaplan-Meier curves as chart lines: the share of an arm's runs that has not generalised yet."""

from __future__ import annotations

from collections.abc import Sequence

from mobius_core.analysis.onset_table import arm_name, generalising, judged_runs
from mobius_core.analysis.survival import Wait, kaplan_meier
from mobius_core.runs.run import Run
from mobius_tui.charts import palette
from mobius_tui.charts.series import Points, Series

BEFORE = 3.0
"""The curves begin this many times earlier than the first event: nothing happens before."""


def survival(runs: Sequence[Run]) -> list[Series]:
    """One stepped line an arm, up to where its last run was watched."""
    by_arm: dict[str, list[Run]] = {}
    for run in runs:
        by_arm.setdefault(arm_name(run, several_experiments=False), []).append(run)
    waits = {arm: generalising(judged_runs(of_arm)) for arm, of_arm in by_arm.items()}
    first = min((wait.time for of_arm in waits.values() for wait in of_arm), default=1.0)
    colours = palette.colours(by_arm)
    return [
        Series(arm, palette.mark(position), colours[arm], steps(waits[arm], first / BEFORE))
        for position, arm in enumerate(by_arm)
        if waits[arm]
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
