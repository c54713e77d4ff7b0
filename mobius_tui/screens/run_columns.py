"""The columns of the runs table: of a run its figure, of a group the median of its runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Final

from mobius_core.analysis.differences import leaves
from mobius_core.analysis.figures import Figures, figures_of
from mobius_core.analysis.intervals import Between, MedianEstimate, estimate
from mobius_core.analysis.outcomes import delay, figure, generalised
from mobius_core.config.trial import Json
from mobius_core.runs.run import Run
from mobius_tui.model import number
from mobius_tui.screens import wording
from mobius_tui.screens.run_rows import GroupRow, Row, RunRow
from mobius_tui.values import written
from mobius_tui.widgets.clock import age, span
from mobius_tui.widgets.styled import Cell
from mobius_tui.widgets.table import Column

Value = Callable[[RunRow], float | None]
MOST_EXTRA: Final = 400
"""Runs that are looked at for further columns: enough to find them, quick for any lab."""


def name_cell(row: Row) -> Cell:
    mark = "*" if row.marked else " "
    if isinstance(row, GroupRow):
        return Cell(f"{mark} {'▾' if row.is_open else '▸'} {row.name}", "strong")
    return Cell(f"{mark} {'    ' if row.group else ''}{row.name}", "key" if row.marked else "")


def state_cell(row: Row) -> Cell:
    if isinstance(row, RunRow):
        return wording.state_cell(row.run.state)
    state, count = row.state
    cell = wording.state_cell(state)
    return cell if count == len(row.members) else Cell(f"{count} {cell.text}", cell.tone)


def count_cell(row: Row) -> Cell:
    """Done of all, of a group."""
    return Cell("" if isinstance(row, RunRow) else f"{row.done}/{len(row.members)}")


def numbers(
    title: str,
    width: int,
    value: Value,
    write: Callable[[float, str], str],
    *,
    from_width: int = 0,
    sortable: bool = True,
) -> Column[Row]:
    """A right-aligned column of numbers; `write` gets the kind of the run, too."""

    def found(row: Row) -> float | None:
        if isinstance(row, RunRow):
            return value(row)
        return row.once(title, lambda: middle_of(row, value))

    def cell(row: Row) -> Cell:
        one = found(row)
        return Cell("" if one is None else write(one, row.runs[0].trial.kind))

    order = (lambda row: known(found(row))) if sortable else None
    return Column(title, width, cell, right=True, from_width=from_width, order=order)


def middle_of(row: GroupRow, value: Value) -> float | None:
    values = [one for member in row.members if (one := value(member)) is not None]
    return median(values) if values else None


def known(value: float | None) -> tuple[int, float | str]:
    """Order by value, the unknown last."""
    return (1, 0.0) if value is None else (0, value)


def waits(
    title: str, value: Callable[[Figures], Between | None], *, from_width: int = 0
) -> Column[Row]:
    """Steps until something; `>3000` where watching a run, or half of a group, ended before."""

    def of_runs(row: Row) -> MedianEstimate:
        return estimate([one for run in row.runs if (one := value(figures_of(run))) is not None])

    def found(row: Row) -> MedianEstimate:
        return of_runs(row) if isinstance(row, RunRow) else row.once(title, lambda: of_runs(row))

    def cell(row: Row) -> Cell:
        one = found(row)
        if one.value is not None:
            return Cell(f"{one.value:g}")
        return Cell("" if one.at_least is None else f">{one.at_least:g}", "dim")

    def order(row: Row) -> tuple[int, float | str]:
        one = found(row)
        return known(one.at_least if one.value is None else one.value)

    return Column(title, 6, cell, right=True, from_width=from_width, order=order)


def of_run(text: Callable[[RunRow], str]) -> Callable[[Row], Cell]:
    """What only a run has, dim; nothing for groups."""
    return lambda row: Cell(text(row) if isinstance(row, RunRow) else "", "dim")


def tags(run: Run) -> str:
    return " ".join((*(("pin",) if run.pinned else ()), *run.tags))


def four(value: float, kind: str) -> str:
    return f"{value:.4g}"


NAME: Final[Column[Row]] = Column(
    "  run",
    24,
    name_cell,
    grows=True,
    order=lambda row: (0, row.name),
    widest=64,
    keeps_end=True,
)
COUNT: Final[Column[Row]] = Column("n", 7, count_cell, right=True)
STANDARD: Final[tuple[Column[Row], ...]] = (
    Column("id", 4, of_run(lambda row: row.run.id[-4:]), from_width=110),
    Column("state", 9, state_cell, order=lambda row: (0, state_cell(row).text)),
    numbers("step", 6, lambda row: row.step, lambda value, kind: f"{value:.0f}"),
    numbers("train", 7, lambda row: row.metric("train_acc"), wording.accuracy),
    numbers("test", 7, lambda row: row.metric("test_acc"), wording.accuracy),
    numbers("test loss", 9, lambda row: row.metric("test_loss"), four, from_width=100),
    waits("mem", figure("memorised"), from_width=100),
    waits("gen", generalised, from_width=100),
    waits("delay", delay),
    numbers("density", 7, lambda row: number(row.run.result, "density"), four, from_width=150),
    Column("where", 6, of_run(lambda row: row.run.where), from_width=130),
    numbers("time", 8, lambda row: row.seconds, lambda value, kind: span(value), from_width=84),
    numbers(
        "age",
        4,
        lambda row: row.now - row.run.submitted,
        lambda value, kind: age(value),
        from_width=90,
    ),
    Column("tags", 12, of_run(lambda row: tags(row.run)), from_width=130),
    Column("note", 24, of_run(lambda row: row.run.note), from_width=180),
)


def columns_of(chosen: Sequence[str], *, grouped: bool) -> tuple[Column[Row], ...]:
    """The name, then the chosen columns, or those for which there is room."""
    first = (NAME, COUNT) if grouped else (NAME,)
    if not chosen:
        return (*first, *STANDARD)
    by_title = {column.title: column for column in STANDARD}
    return (
        *first,
        *(wide(by_title[title]) if title in by_title else extra(title) for title in chosen),
    )


def wide(column: Column[Row]) -> Column[Row]:
    """The same at every width: it was asked for."""
    return Column(column.title, column.width, column.cell, right=column.right, order=column.order)


def extra(key: str) -> Column[Row]:
    """A key of the configuration or of the result, by its dotted name."""
    path = key.split(".")

    def value(row: Row) -> Json:
        """Of a group, what all its runs share."""
        if isinstance(row, RunRow):
            return at(row.run, path)
        return row.once(key, lambda: shared([at(run, path) for run in row.runs]))

    def cell(row: Row) -> Cell:
        found = value(row)
        return Cell("" if found is None else written(found))

    def order(row: Row) -> tuple[int, float | str]:
        found = value(row)
        if isinstance(found, (int, float)):
            return (0, float(found))
        return (2, "") if found is None else (1, written(found))

    return Column(key, max(len(key), 7), cell, right=True, order=order)


def shared(values: Sequence[Json]) -> Json:
    return values[0] if all(one == values[0] for one in values) else None


def at(run: Run, path: Sequence[str]) -> Json:
    value: Json = table_of(run)
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def table_of(run: Run) -> dict[str, Json]:
    return {**run.trial.tables, "result": dict(run.result or {})}


def offered(runs: Iterable[Run]) -> list[str]:
    """Titles of all columns: the standard ones, keys that the runs do not share, results."""
    seen: dict[str, set[str]] = {}
    tables = [dict(leaves(table_of(run))) for _, run in zip(range(MOST_EXTRA), runs, strict=False)]
    for table in tables:
        for key, value in table.items():
            seen.setdefault(key, set()).add(written(value))
    several = [
        key
        for key, values in seen.items()
        if len(values) > 1 or sum(key in table for table in tables) < len(tables)
    ]
    return [*(column.title for column in STANDARD), *sorted(several)]
