"""The rows and columns of the runs table, and the summary of one run below it."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from mobius_core.runs.run import Run, State
from mobius_tui.model import LabView, LiveView, number
from mobius_tui.screens import wording
from mobius_tui.screens.happened import story
from mobius_tui.widgets.clock import age, clock_seconds, span
from mobius_tui.widgets.styled import Cell, Line, line
from mobius_tui.widgets.table import Column


@dataclass(frozen=True, slots=True)
class RunRow:
    run: Run
    live: LiveView | None
    marked: bool
    now: float

    def metric(self, name: str) -> float | None:
        """The live value while it runs, then what came out."""
        if self.live is not None and name in self.live.values:
            return self.live.values[name]
        return number(self.run.result, name)

    @property
    def step(self) -> int | None:
        if self.live is not None:
            return self.live.step
        step = number(self.run.result, "step")
        return None if step is None else int(step)

    @property
    def seconds(self) -> float | None:
        if self.run.started is None:
            return None
        return max((self.run.ended or self.now) - self.run.started, 0.0)


def make_rows(runs: Iterable[Run], view: LabView, marked: Set[str]) -> list[RunRow]:
    live = {one.run.id: one for one in view.metrics}
    return [RunRow(run, live.get(run.id), run.id in marked, view.now) for run in runs]


def name_cell(row: RunRow) -> Cell:
    mark = "*" if row.marked else " "
    return Cell(f"{mark} {row.run.trial.name}", "key" if row.marked else "")


def accuracy_cell(row: RunRow, name: str) -> Cell:
    return Cell(wording.accuracy(row.metric(name), row.run.trial.kind))


def number_cell(value: float | None) -> Cell:
    return Cell("" if value is None else f"{value:.4g}")


def onset_cell(row: RunRow, name: str) -> Cell:
    """A step, or >LAST where the run ended without reaching it."""
    value = number(row.run.result, "onset", name)
    if value is not None:
        return Cell(f"{value:g}")
    censored = number(row.run.result, "onset", "censored_at")
    return Cell("" if censored is None else f">{censored:g}", "dim")


def known(value: float | None) -> tuple[int, float | str]:
    """Order by value, the unknown last."""
    return (1, 0.0) if value is None else (0, value)


COLUMNS: tuple[Column[RunRow], ...] = (
    Column(
        "  run", 24, name_cell, grows=True, order=lambda row: (0, row.run.trial.name), widest=64
    ),
    Column("id", 4, lambda row: Cell(row.run.id[-4:], "dim"), from_width=110),
    Column(
        "state",
        9,
        lambda row: wording.state_cell(row.run.state),
        order=lambda row: (0, str(row.run.state)),
    ),
    Column(
        "step",
        6,
        lambda row: Cell("" if row.step is None else str(row.step)),
        right=True,
        order=lambda row: known(row.step),
    ),
    Column("train", 7, lambda row: accuracy_cell(row, "train_acc"), right=True),
    Column(
        "test",
        7,
        lambda row: accuracy_cell(row, "test_acc"),
        right=True,
        order=lambda row: known(row.metric("test_acc")),
    ),
    Column(
        "test loss",
        9,
        lambda row: number_cell(row.metric("test_loss")),
        right=True,
        from_width=100,
        order=lambda row: known(row.metric("test_loss")),
    ),
    Column("mem", 6, lambda row: onset_cell(row, "memorised"), right=True, from_width=100),
    Column("gen", 6, lambda row: onset_cell(row, "generalised"), right=True, from_width=100),
    Column(
        "delay",
        6,
        lambda row: onset_cell(row, "delay"),
        right=True,
        order=lambda row: known(number(row.run.result, "onset", "delay")),
    ),
    Column("where", 6, lambda row: Cell(row.run.where, "dim"), from_width=130),
    Column(
        "time",
        8,
        lambda row: Cell("" if row.seconds is None else span(row.seconds)),
        right=True,
        from_width=84,
        order=lambda row: known(row.seconds),
    ),
    Column(
        "age",
        4,
        lambda row: Cell(age(row.now - row.run.submitted), "dim"),
        right=True,
        from_width=90,
        order=lambda row: (0, row.now - row.run.submitted),
    ),
    Column("tags", 12, lambda row: Cell(tags(row.run)), from_width=130),
)


def tags(run: Run) -> str:
    return " ".join((*(("pin",) if run.pinned else ()), *run.tags))


def summary(run: Run, view: LabView, width: int) -> list[Line]:
    """What became of a run and what can be done about it."""
    row = make_rows([run], view, set())[0]
    parts = [wording.state_cell(run.state)]
    if row.seconds is not None:
        parts.append(
            Cell(
                f" after {span(row.seconds)}" if run.state.is_over else f" for {span(row.seconds)}"
            )
        )
    if run.attempt > 1:
        parts.append(Cell(f", attempt {run.attempt}"))
    if run.where:
        parts.append(Cell(f", {run.where}", "dim"))
    if run.started is not None:
        parts.append(Cell(f", started {clock_seconds(run.started)}", "dim"))
    lines: list[Line] = [parts]
    told = story(run) if run.state.is_over else run.waits_for and f"waits for {run.waits_for}"
    if told:
        lines.append(line(told))
    lines.append(line(Cell(advice(run), "dim")))
    return lines


def advice(run: Run) -> str:
    if run.state.is_live:
        return "enter opens it, S stops it with a checkpoint"
    if run.state.is_pending:
        return "it starts when a slot is free"
    if run.state is State.DONE:
        return "enter opens it"
    return "t shows its log, R resumes or retries it"
