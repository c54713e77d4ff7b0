"""The rows of the runs table: runs, and above them the groups they are in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, TypeVar, cast

from mobius_core.analysis.sides import cell_of
from mobius_core.runs.run import Run, State
from mobius_tui.model import LabView, LiveView, number

Value = TypeVar("Value")
Grouping = Literal["none", "cell", "arm", "experiment"]
GROUPINGS: Final[tuple[Grouping, ...]] = ("none", "cell", "arm", "experiment")


@dataclass(frozen=True, slots=True)
class RunRow:
    run: Run
    live: LiveView | None
    now: float
    marks: Set[str]
    """ids of all marked runs, shared by all rows"""
    group: str = ""
    """the name above it, of which its own needs no repetition"""

    @property
    def key(self) -> Hashable:
        return self.run.id

    @property
    def runs(self) -> tuple[Run, ...]:
        return (self.run,)

    @property
    def marked(self) -> bool:
        return self.run.id in self.marks

    @property
    def name(self) -> str:
        """In a group only what tells it apart from the others there."""
        whole = self.run.trial.name
        return whole.removeprefix(self.group).lstrip(",/") if self.group else whole

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


@dataclass(frozen=True)
class GroupRow:
    """Runs that are one thing: the seeds of a cell, an arm, an experiment."""

    name: str
    members: tuple[RunRow, ...]
    is_open: bool
    _known: dict[str, object] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Hashable:
        return ("group", self.name)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        return tuple(row.run for row in self.members)

    @property
    def marked(self) -> bool:
        return all(row.marked for row in self.members)

    def once(self, name: str, compute: Callable[[], Value]) -> Value:
        """What is computed from all members, computed once: rows are drawn at every key."""
        if name not in self._known:
            self._known[name] = compute()
        return cast("Value", self._known[name])

    @cached_property
    def done(self) -> int:
        return sum(run.state is State.DONE for run in self.runs)

    @cached_property
    def state(self) -> tuple[State, int]:
        """The state that matters most, and of how many runs."""
        states = [run.state for run in self.runs]
        urgent = [state for state in states if state.is_over and not state.ended_well]
        live = [state for state in states if state.is_live]
        pending = [state for state in states if state.is_pending]
        of = urgent or live or pending or states
        most = max(of, key=of.count)
        return most, of.count(most)


Row = RunRow | GroupRow


def make_rows(runs: Iterable[Run], view: LabView, marks: Set[str]) -> list[RunRow]:
    live = {one.run.id: one for one in view.metrics}
    return [RunRow(run, live.get(run.id), view.now, marks) for run in runs]


def grouped(rows: Sequence[RunRow], by: Grouping, unfolded: Set[str]) -> list[Row]:
    """Groups in the order of their first rows, each with its rows below it where it is open."""
    if by == "none":
        return list(rows)
    name_of = NAMES[by]
    members: dict[str, list[RunRow]] = {}
    for row in rows:
        members.setdefault(name_of(row.run), []).append(row)
    shown: list[Row] = []
    for name, of_group in members.items():
        is_open = name in unfolded
        shown.append(GroupRow(name, tuple(of_group), is_open))
        if is_open:
            shown += [RunRow(row.run, row.live, row.now, row.marks, name) for row in of_group]
    return shown


def arm_of(run: Run) -> str:
    arm = run.trial.arm
    return run.trial.experiment if arm is None else f"{run.trial.experiment}/{arm}"


NAMES: Final[dict[Grouping, Callable[[Run], str]]] = {
    "cell": lambda run: cell_of(run.trial),
    "arm": arm_of,
    "experiment": lambda run: run.trial.experiment,
}
