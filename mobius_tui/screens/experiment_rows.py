"""The rows and columns of the experiments table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mobius_tui.model import ExperimentView, LabView
from mobius_tui.screens import wording
from mobius_tui.widgets.clock import age
from mobius_tui.widgets.styled import Cell
from mobius_tui.widgets.table import Column


@dataclass(frozen=True, slots=True)
class ExperimentRow:
    view: ExperimentView
    fold: str
    """▸ folded, ▾ open, nothing where there are no arms"""
    best: float | None
    last: float | None
    """seconds since something last happened, 0 while something runs"""
    outcome: Cell

    @property
    def key(self) -> tuple[str, str | None]:
        return self.view.name, self.view.arm

    @property
    def name(self) -> str:
        if self.view.arm is not None:
            return f"    {self.view.arm}"
        return f"{self.fold or ' '} {self.view.name}"


def make_row(view: ExperimentView, lab: LabView, fold: str) -> ExperimentRow:
    runs = view.runs
    ended = [run.ended for run in runs if run.ended is not None]
    last = 0.0 if view.live else lab.now - max(ended) if ended else None
    return ExperimentRow(
        view, fold, wording.best_of(runs, lab.metrics), last, wording.outcome(view, lab.live)
    )


def make_rows(
    views: Sequence[ExperimentView], lab: LabView, unfolded: set[str]
) -> list[ExperimentRow]:
    rows = []
    for view in views:
        parts = view.arms
        is_open = view.name in unfolded
        rows.append(make_row(view, lab, ("▾" if is_open else "▸") if parts else ""))
        if is_open:
            rows += [make_row(part, lab, "") for part in parts]
    return rows


def done_cell(row: ExperimentRow) -> Cell:
    view = row.view
    whole = view.done == len(view.trials)
    return Cell(f"{view.done}/{len(view.trials)}", "good" if whole and view.trials else "")


def failed_cell(row: ExperimentRow) -> Cell:
    return Cell(str(row.view.failed), "bad") if row.view.failed else Cell(".", "dim")


def best_cell(row: ExperimentRow) -> Cell:
    return Cell(wording.accuracy(row.best, row.view.experiment.kind))


def last_cell(row: ExperimentRow) -> Cell:
    if row.last is None:
        return Cell("")
    return Cell("now", "live") if row.view.live else Cell(age(row.last))


WHOLE = 76
"""Cells for all columns; in fewer, what came out of an experiment is worth more than its kind."""
COLUMNS: tuple[Column[ExperimentRow], ...] = (
    Column(
        "  name",
        15,
        lambda row: Cell(row.name, "dim" if row.view.arm else ""),
        grows=True,
        keeps_end=True,
    ),
    Column(
        "kind",
        10,
        lambda row: Cell("" if row.view.arm else row.view.experiment.kind, "dim"),
        from_width=WHOLE,
    ),
    Column("done", 9, done_cell, right=True),
    Column("fail", 4, failed_cell, right=True),
    Column("best", 7, best_cell, right=True),
    Column("last", 4, last_cell, right=True, from_width=WHOLE),
    Column("what came out", 18, lambda row: row.outcome),
)
