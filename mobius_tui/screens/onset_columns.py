"""The table of the Onset screen: how many runs of each arm grokked, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from mobius_core.analysis.onset_table import OnsetRow, Spread, arm_name, onset_row
from mobius_core.analysis.sides import cell_of, shortened
from mobius_core.runs.run import Run
from mobius_tui.widgets.styled import Cell
from mobius_tui.widgets.table import Column


@dataclass(frozen=True, slots=True)
class Group:
    """Runs of one arm or of one cell."""

    name: str
    arm: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ArmRow:
    group: Group
    onset: OnsetRow
    marks: Set[str]
    control: bool


def groups(runs: Sequence[Run], *, by_cell: bool) -> tuple[Group, ...]:
    """In the order in which `runs` names them first."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        name = cell_of(run.trial) if by_cell else arm_name(run, several_experiments=False)
        found.setdefault(name, []).append(run)
    names = shortened(list(found)) if by_cell else list(found)
    return tuple(
        Group(name, arm_name(of_group[0], several_experiments=False), tuple(of_group))
        for name, of_group in zip(names, found.values(), strict=True)
    )


def rows_of(found: Sequence[Group], marks: Set[str], control: str) -> list[ArmRow]:
    return [
        ArmRow(group, onset_row(group.name, group.runs), marks, group.name == control)
        for group in found
    ]


def name_cell(row: ArmRow) -> Cell:
    marked = row.group.name in row.marks
    star = "*" if row.control else ""
    return Cell(f"{'>' if marked else ' '} {row.group.name}{star}", "key" if marked else "")


def count_cell(count: int) -> Cell:
    return Cell(str(count)) if count else Cell(".", "dim")


def spread_cell(spread: Spread) -> Cell:
    """`230 [205, 260]`: median and range of those seen; the median may lie beyond them."""
    if spread.low is None:
        return Cell("-", "dim")
    median = "-" if spread.median is None else f"{spread.median:g}"
    return Cell(f"{median} [{spread.low}, {spread.high}]")


def censored_cell(row: ArmRow) -> Cell:
    censored = row.onset.censored_at
    return Cell(f"{censored[-1]} ({len(censored)})") if censored else Cell("-", "dim")


def counts(title: str, width: int, count: Callable[[OnsetRow], int]) -> Column[ArmRow]:
    return Column(title, width, lambda row: count_cell(count(row.onset)), right=True)


COLUMNS: tuple[Column[ArmRow], ...] = (
    Column("  arm", 13, name_cell, grows=True, widest=34, keeps_end=True),
    Column("n", 3, lambda row: Cell(str(row.onset.n)), right=True),
    counts("groks", 5, lambda row: row.grokked),
    counts("direct", 6, lambda row: row.direct),
    counts("mem", 3, lambda row: row.memorised_only),
    counts("none", 4, lambda row: row.not_memorised),
    counts("fail", 4, lambda row: row.failed),
    Column("memorised", 16, lambda row: spread_cell(row.onset.memorised), from_width=100),
    Column("generalised", 18, lambda row: spread_cell(row.onset.generalised), from_width=100),
    Column("delay, median", 18, lambda row: spread_cell(row.onset.delay)),
    Column("censored at", 11, censored_cell, from_width=100),
)
