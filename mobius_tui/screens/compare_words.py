"""The tables and notes of the Compare screen."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from mobius_tui.charts.cursor import readings
from mobius_tui.charts.view import ChartView
from mobius_tui.screens import wording
from mobius_tui.screens.compare_reader import Comparison
from mobius_tui.side_words import outcome_rows, setting_words
from mobius_tui.widgets.styled import Cell, Line, Tone, line
from mobius_tui.widgets.table import Column

NARROWEST, WIDEST = 8, 30
"""Cells of a side."""
KEYS = 24
"""Cells of the first column, at most."""


@dataclass(frozen=True, slots=True)
class SideRow:
    """One line of a table: what it is about, and a text for each side."""

    name: str
    texts: tuple[str, ...]
    place: int
    tone: Tone = ""

    @property
    def key(self) -> Hashable:
        return self.name, self.place


def setting_table(found: Comparison, *, every: bool) -> list[SideRow]:
    """The keys that differ, or all: those that differ first."""
    ordered = sorted(found.settings, key=lambda one: not one.differs)
    rows = [
        SideRow(
            one.key,
            tuple(setting_words(values) for values in one.values),
            0,
            "" if one.differs else "dim",
        )
        for one in ordered
        if every or one.differs
    ]
    nothing = "the same configuration: only chance differs"
    return rows or [SideRow(nothing, tuple("" for _ in found.sides), 0, "dim")]


def outcome_table(found: Comparison) -> list[SideRow]:
    rows = outcome_rows(found.outcomes, found.sides, found.baseline)
    return [
        SideRow(name, tuple(texts), place, "dim" if name.startswith(" ") else "")
        for place, (name, *texts) in enumerate(rows)
    ]


def columns_of(found: Comparison, rows: Sequence[SideRow]) -> list[Column[SideRow]]:
    """What the rows are about, then the sides, each as wide as its texts."""
    first = min(max((len(row.name) for row in rows), default=0), KEYS)
    name: Column[SideRow] = Column("", first, lambda row: Cell(row.name, row.tone))
    columns = [name]
    for place, side in enumerate(found.sides):
        star = "*" if place == found.baseline else ""
        title = f"{side.letter} {side.name}{star}"
        texts = (title, *(row.texts[place] for row in rows))
        width = min(max(NARROWEST, *(len(text) for text in texts)), WIDEST)
        columns.append(Column(title, width, side_cell(place)))
    return columns


def side_cell(place: int) -> Callable[[SideRow], Cell]:
    return lambda row: Cell(row.texts[place], row.tone)


def notes(found: Comparison, view: ChartView, width: int) -> list[Line]:
    """Values at the cursor, what a line is, and what makes the comparison less than it seems."""
    kind = found.sides[0].runs[0].trial.kind if found.sides else ""
    lines: list[Line] = []
    for one in readings(view):
        value = "-" if one.value is None else wording.figure("test_acc", one.value, kind)
        lines.append(line(Cell(f"{one.series.mark} ", "dim"), f"{value:>9}  ", one.series.title))
    lines.append(())
    if any(len(side.runs) > 1 for side in found.sides):
        words = "a line is the median over seeds; ended runs keep their last value"
        lines += [line(Cell(part, "dim")) for part in textwrap.wrap(words, max(width, 20))]
    warnings = found.warnings or ("one commit, one code, one host",)
    for words in warnings:
        tone: Tone = "warn" if found.warnings else "dim"
        mark = "! " if found.warnings else ""
        lines += [line(Cell(part, tone)) for part in textwrap.wrap(mark + words, max(width, 20))]
    return lines
