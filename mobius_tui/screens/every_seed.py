"""Every seed by itself: delays along an axis, and a grid over two axes of the sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from mobius_core.analysis.figures import figures_of
from mobius_core.analysis.onset_table import generalising, judged_runs
from mobius_core.analysis.survival import median_wait
from mobius_core.metrics.onset import DIRECT, GROKKED
from mobius_core.runs.run import Run, State
from mobius_tui.screens.onset_columns import Group
from mobius_tui.values import written
from mobius_tui.widgets.styled import Cell, Line, line
from mobius_tui.widgets.toned import fitted, shortened

MARKS: Final = ". grokked   o direct   x never (censored)   ! failed   ~ not done yet"
MOST_MARKS: Final = 12
"""Seeds of a cell that are shown one by one; more are counted."""
NAMES: Final = 18
"""Cells of an arm's name, at most."""
TICKS: Final = (1, 2, 5)
"""Steps that the axis names, times powers of ten."""


def mark_of(run: Run) -> str:
    if run.state is not State.DONE:
        return "!" if run.state.is_over else "~"
    found = figures_of(run).onset_class
    return "." if found == GROKKED else "o" if found == DIRECT else "x"


def strip(found: Sequence[Group], width: int) -> list[Line]:
    """One line an arm: its delays along a logarithmic axis, several in one cell as their number."""
    waits = {group.name: [wait for run in group.runs if (wait := delay_of(run))] for group in found}
    steps = [step for of_group in waits.values() for step, _ in of_group]
    if not steps:
        return [line(Cell("No run has memorised yet: a delay begins there.", "dim"))]
    names = min(max(len(group.name) for group in found), NAMES)
    across = max(width - names - 4, 10)
    low, high = math.log(min(steps) / 1.3), math.log(max(steps) * 1.3)

    def place(step: float) -> int:
        return min(int((math.log(step) - low) / (high - low) * across), across - 1)

    lines: list[Line] = [
        line(
            f"{fitted(shortened(group.name, names), names)} ",
            Cell("│", "dim"),
            points(waits[group.name], place, across),
        )
        for group in found
    ]
    axis = [" "] * across
    for step in ticks(math.exp(low), math.exp(high)):
        label, at = f"{step:g}", place(step)
        if at + len(label) <= across and all(
            cell == " " for cell in axis[max(at - 1, 0) : at + len(label) + 1]
        ):
            axis[at : at + len(label)] = label
    lines += [
        line(" " * (names + 1), Cell("└" + "─" * across, "dim")),
        line(" " * (names + 2), Cell("".join(axis).rstrip() + "  steps", "dim")),
        line(Cell(". one seed   2 two seeds   x not generalised when it ended", "dim")),
    ]
    return lines


def delay_of(run: Run) -> tuple[int, bool] | None:
    """Steps from memorisation to generalisation, or until watching ended (False)."""
    figures = figures_of(run)
    if run.state is not State.DONE or figures.memorised is None:
        return None
    if figures.generalised is not None:
        return max(figures.generalised - figures.memorised, 1), True
    return max((figures.censored_at or 0) - figures.memorised, 1), False


def points(waits: Sequence[tuple[int, bool]], place: Callable[[float], int], across: int) -> str:
    """Dots where delays ended, digits where several did, crosses where watching did."""
    cells = [" "] * across
    counts: dict[int, int] = {}
    for step, came in waits:
        at = place(step)
        if came:
            counts[at] = counts.get(at, 0) + 1
            cells[at] = "." if counts[at] == 1 else str(min(counts[at], 9))
        elif cells[at] == " ":
            cells[at] = "x"
    return "".join(cells)


def ticks(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (tick * 10**power for power in range(first, last + 1) for tick in TICKS)
    return [step for step in steps if low <= step <= high and step >= 1]


def grid(runs: Sequence[Run], arm: str, width: int) -> list[Line]:
    """Medians and seeds over two axes: arms across where there is one axis, else the two axes of
    the arm under the cursor."""
    axes = list(dict.fromkeys(name for run in runs for name in run.trial.axes))
    varying = [name for name in axes if len({value_of(run, name) for run in runs}) > 1]
    if len(varying) > 1:
        down, across = varying[:2]
        runs = [run for run in runs if (run.trial.arm or run.trial.experiment) == arm]
        title = f"{arm}: {down} down, {across} across"
    elif varying:
        down, across, title = varying[0], "arm", f"{varying[0]} down, arms across"
    else:
        down, across, title = "", "arm", "arms across; the sweep has no other axis"
    rows = list(dict.fromkeys(value_of(run, down) for run in runs))
    columns = list(dict.fromkeys(value_of(run, across) for run in runs))
    head = max((len(name) for name in rows), default=0) + 2
    room = max((width - head) // max(len(columns), 1), 8)
    lines: list[Line] = [
        line(Cell(title, "dim")),
        line(Cell(" " * head + "".join(fitted(name, room - 1) + " " for name in columns), "head")),
    ]
    for name in rows:
        cells = [Cell(f"{name:{head}}", "head")]
        for column in columns:
            here = [r for r in runs if value_of(r, down) == name and value_of(r, across) == column]
            cells.append(Cell(fitted(of_cell(here), room - 1) + " "))
        lines.append(cells)
    return [
        *lines,
        (),
        line(Cell("generalised at, median; one mark a seed:", "dim")),
        line(Cell(MARKS, "dim")),
    ]


def value_of(run: Run, axis: str) -> str:
    if axis == "arm":
        return run.trial.arm or run.trial.experiment
    return written(run.trial.axes[axis]) if axis in run.trial.axes else ""


def of_cell(runs: Sequence[Run]) -> str:
    """`395 ....x`; `>3000 .xxx` where half were not watched until they generalised."""
    if not runs:
        return ""
    waits = generalising(judged_runs(runs))
    median = median_wait(waits)
    if waits and median is None:
        said = f">{max(wait.time for wait in waits):g}"
    else:
        said = "-" if median is None else f"{median:g}"
    marks = "".join(sorted(map(mark_of, runs)))
    if len(marks) > MOST_MARKS:
        marks = " ".join(f"{marks.count(mark)}{mark}" for mark in dict.fromkeys(marks))
    return f"{said} {marks}"
