"""A table of any length: only the rows on the screen are ever formatted or drawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, TypeVar

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from mobius_tui import keys
from mobius_tui.widgets.styled import Cell
from mobius_tui.widgets.toned import TonedView, fitted, shortened

Row = TypeVar("Row")

GAP = 2
"""Cells between columns."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """How one property of a row is titled, measured and written."""

    title: str
    width: int
    cell: Callable[[Row], Cell]
    right: bool = False
    from_width: int = 0
    """Shown only where the table has at least this many cells."""
    grows: bool = False
    """Takes the width that is left, up to `widest`."""
    widest: int = 200
    order: Callable[[Row], tuple[int, float | str]] | None = None
    """What to sort by, where the column can be sorted."""
    keeps_end: bool = False
    """Too long a text is cut in its middle: names of runs differ at their ends."""


class Table(TonedView, Generic[Row], can_focus=True, inherit_bindings=False):
    """Rows under a fixed heading with one cursor; rows are known by `identify(row)`."""

    BINDINGS = keys.bindings("list")

    class Moved(Message):
        """The cursor is on another row."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        identify: Callable[[Row], Hashable],
        *,
        opened: Callable[[], Awaitable[None]] | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`opened` is what enter does: no message, which the next key would overtake."""
        super().__init__(id=id)
        self._all_columns = tuple(columns)
        self._identify = identify
        self._opened = opened
        self.rows: Sequence[Row] = ()
        self.cursor = 0
        self._columns: list[tuple[Column[Row], int]] = []
        self._first_column = 0
        self._fitted_room = 0

    @property
    def current(self) -> Row | None:
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    @property
    def columns(self) -> tuple[Column[Row], ...]:
        return self._all_columns

    def show_columns(self, columns: Sequence[Column[Row]]) -> None:
        """Replace the columns; nothing where they are the same."""
        if tuple(columns) != self._all_columns:
            self._all_columns = tuple(columns)
            self._first_column = max(0, min(self._first_column, len(self._all_columns) - 2))
            self._fit_columns()
            self.refresh()

    def texts(self) -> list[list[str]]:
        """The titles, then every row, as far as there is a column for it at this width."""
        shown = [column for column in self._all_columns if column.from_width <= self.room]
        titles = [column.title.strip() for column in shown]
        return [titles, *([column.cell(row).text.strip() for column in shown] for row in self.rows)]

    def show(self, rows: Sequence[Row]) -> None:
        """Replace the rows; the cursor stays on the same row, or near where it was."""
        here = None if self.current is None else self._identify(self.current)
        self.rows = rows
        at = next((i for i, row in enumerate(rows) if self._identify(row) == here), self.cursor)
        self.cursor = max(0, min(at, len(rows) - 1))
        self.virtual_size = Size(self.size.width, len(rows) + 1)
        self.refresh()
        if self.current is None or self._identify(self.current) != here:
            self.post_message(self.Moved())

    def put_cursor(self, key: Hashable) -> bool:
        """Move to the row of that key, if it is here."""
        for index, row in enumerate(self.rows):
            if self._identify(row) == key:
                self._go(index)
                return True
        return False

    def on_resize(self, event: events.Resize) -> None:
        self._fit_columns()
        self.virtual_size = Size(self.size.width, len(self.rows) + 1)
        self._keep_cursor_visible()
        # What was drawn before the size was known must not stay.
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        # A scroll bar, which comes with rows that do not fit, takes a cell and says nothing.
        if self.room != self._fitted_room:
            self._fit_columns()
        return super().render_lines(crop)

    def _fit_columns(self) -> None:
        width = self._fitted_room = self.room
        shown = [column for column in self._all_columns if column.from_width <= width]
        shown = shown[:1] + shown[1 + self._first_column :]
        ends = accumulate(column.width + GAP for column in shown)
        # A number that is cut is another number: what does not fit is scrolled to.
        shown = [
            column for column, end in zip(shown, ends, strict=True) if end - GAP <= width
        ] or shown[:1]
        left = width - sum(column.width + GAP for column in shown) + GAP
        self._columns = [
            (
                column,
                min(column.width + max(left, 0), column.widest) if column.grows else column.width,
            )
            for column in shown
        ]

    def render_line(self, y: int) -> Strip:
        if y == 0:
            heads = [(Cell(column.title, "head"), column, room) for column, room in self._columns]
            return self._row(heads, self.base)
        index = y - 1 + self.scroll_offset.y
        if index >= len(self.rows):
            return Strip.blank(self.room, self.base)
        row, base = self.rows[index], self.base
        if index == self.cursor:
            base += self.tone("cursor" if self.has_focus else "cursor-away")
        return self._row([(column.cell(row), column, room) for column, room in self._columns], base)

    def _row(self, cells: Sequence[tuple[Cell, Column[Row], int]], base: Style) -> Strip:
        gap = Cell(" " * GAP)
        words = []
        for cell, column, room in cells:
            text = shortened(cell.text, room) if column.keeps_end else cell.text
            words += [Cell(fitted(text, room, right=column.right), cell.tone), gap]
        return self.strip(words, base)

    def _go(self, index: int) -> None:
        index = max(0, min(index, len(self.rows) - 1))
        if index != self.cursor:
            self.cursor = index
            self.refresh()
            self._keep_cursor_visible()
            self.post_message(self.Moved())

    @property
    def _page(self) -> int:
        """Rows below the heading."""
        return max(self.scrollable_content_region.height - 1, 1)

    def _keep_cursor_visible(self) -> None:
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + self._page:
            self.scroll_to(y=self.cursor - self._page + 1, animate=False, immediate=True)

    def action_down(self) -> None:
        self._go(self.cursor + 1)

    def action_up(self) -> None:
        self._go(self.cursor - 1)

    def action_home(self) -> None:
        self._go(0)

    def action_end(self) -> None:
        self._go(len(self.rows) - 1)

    def action_page_down(self) -> None:
        self._go(self.cursor + self._page)

    def action_page_up(self) -> None:
        self._go(self.cursor - self._page)

    def action_scroll_left(self) -> None:
        self._shift_columns(-1)

    def action_scroll_right(self) -> None:
        self._shift_columns(1)

    def _shift_columns(self, by: int) -> None:
        self._first_column = max(0, min(self._first_column + by, len(self._all_columns) - 2))
        self._fit_columns()
        self.refresh()

    async def action_open(self) -> None:
        if self._opened is not None and self.current is not None:
            await self._opened()
