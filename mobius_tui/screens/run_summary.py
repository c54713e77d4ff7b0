"""The pane below the runs table: what became of the run or group, and what can be done about it."""

from __future__ import annotations

import textwrap
from collections import Counter

from mobius_core.runs.run import Run, State
from mobius_tui.screens import wording
from mobius_tui.screens.happened import story
from mobius_tui.screens.run_rows import GroupRow, RunRow
from mobius_tui.widgets.clock import clock_seconds, span
from mobius_tui.widgets.styled import Cell, Line, line

NOTHING_YET = "no run yet: 1 shows the experiments, R there queues what is missing"
NO_MATCH = "no run matches: esc clears the filter, / changes it"


def summary(row: RunRow, width: int) -> list[Line]:
    run = row.run
    parts = [wording.state_cell(run.state)]
    if row.seconds is not None:
        how = "after" if run.state.is_over else "for"
        parts.append(Cell(f" {how} {span(row.seconds)}"))
    if run.attempt > 1:
        parts.append(Cell(f", attempt {run.attempt}"))
    if run.where:
        parts.append(Cell(f", {run.where}", "dim"))
    if run.started is not None:
        parts.append(Cell(f", started {clock_seconds(run.started)}", "dim"))
    lines: list[Line] = [parts]
    told = story(run) if run.state.is_over else run.waits_for and f"waits for {run.waits_for}"
    if told:
        lines += [line(part) for part in textwrap.wrap(told, max(width, 20))]
    if run.note:
        lines += [line(Cell(part, "strong")) for part in textwrap.wrap(run.note, max(width, 20))]
    lines.append(line(Cell(advice(run), "dim")))
    return lines


def advice(run: Run) -> str:
    if run.state.is_live:
        return "enter opens it, S stops it with a checkpoint"
    if run.state.is_pending:
        return "it starts when a slot is free"
    if run.state is State.DONE:
        return "enter opens it, d compares it with its control"
    return "t shows its log, R resumes or retries it"


def group_summary(row: GroupRow) -> list[Line]:
    """How its runs ended, and what enter and the upper-case keys would do."""
    states = Counter(run.state for run in row.runs)
    parts: list[Cell] = []
    for state, count in states.most_common():
        parts += [Cell(f"{count} "), wording.state_cell(state), Cell(", ")]
    fold = "folds" if row.is_open else "unfolds"
    return [
        parts[:-1],
        line(Cell(f"enter {fold} it; space, S, X, R, D, P, T act on all its runs", "dim")),
    ]
