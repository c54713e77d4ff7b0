"""Kaplan-Meier curves as chart lines: the share of an arm's runs that has not generalised yet."""

from __future__ import annotations

from collections.abc import Sequence

from mobius_core.analysis.onset_table import arm_name, generalising, judged_runs
from mobius_core.analysis.survival import Wait, kaplan_meier
from mobius_core.runs.run import Run
from mobius_tui.charts import palette
from mobius_tui.charts.series import Points, Series


def survival(runs: Sequence[Run]) -> list[Series]:
    """One stepped line an arm, up to where its last run was watched."""
    by_arm: dict[str, list[Run]] = {}
    for run in runs:
        by_arm.setdefault(arm_name(run, several_experiments=False), []).append(run)
    colours = palette.colours(by_arm)
    lines = []
    for position, (arm, of_arm) in enumerate(by_arm.items()):
        waits = generalising(judged_runs(of_arm))
        if waits:
            points = steps(waits)
            lines.append(Series(arm, palette.mark(position), colours[arm], points))
    return lines


def steps(waits: Sequence[Wait]) -> Points:
    """Right angles: the share stays until the next drop."""
    xs, ys = [1.0], [1.0]
    for drop in kaplan_meier(waits):
        xs += [drop.time, drop.time]
        ys += [ys[-1], drop.share]
    xs.append(max(wait.time for wait in waits))
    ys.append(ys[-1])
    return Points.of(xs, ys)
