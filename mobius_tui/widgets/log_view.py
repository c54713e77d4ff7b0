"""A log of any length, read where it is looked at; its bytes reach the terminal as text only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from rich.cells import chop_cells
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mobius_core.metrics.log_filter import LogFilter
from mobius_core.metrics.log_index import LogIndex
from mobius_core.metrics.log_search import Needle
from mobius_tui import keys

POLL = 0.25
ASIDE = 4
"""Of so many polls one is done while the focus is elsewhere."""
INDEX_SLICE = 1 << 25
FILTER_SLICE = 1 << 23
"""Bytes looked through at a time, some 20 ms: a log of 1 GB is read while keys are answered."""
SIDEWAYS = 8


class LogView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows one file, follows its end, searches it. Every line is plain text, never markup."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("log")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"log--match", "log--found"}
    DEFAULT_CSS = """
    LogView {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-color: $panel;
        scrollbar-background: $background;
        .log--match { color: $text-warning; text-style: underline; }
        .log--found { text-style: bold reverse; }
    }
    """

    class Looked(Message):
        """What `words` says has changed."""

        def __init__(self, log_view: LogView) -> None:
            super().__init__()
            self.log_view = log_view

        @property
        def control(self) -> LogView:
            return self.log_view

    class Searched(Message):
        """A search has ended, at a line or, with None, without one."""

        def __init__(self, log_view: LogView, text: str, line: int | None) -> None:
            super().__init__()
            self.log_view, self.text, self.line = log_view, text, line

        @property
        def control(self) -> LogView:
            return self.log_view

    def __init__(
        self,
        path: Path | None = None,
        *,
        poll: float = POLL,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._index = LogIndex(path or Path(os.devnull))
        self._filter: LogFilter | None = None
        self._poll = poll
        self._ticks = 0
        self._following = True
        self._wrap = False
        self._left = 0
        self._needle = Needle("")
        self._found: int | None = None
        self._drawn: object = None
        self._strips: list[Strip] = []

    def show(self, path: Path | None) -> None:
        """Look at another file, or at none, from its end; the same file again changes nothing."""
        path = path or Path(os.devnull)
        if path == self._index.path:
            return
        self._index.close()
        self._index = LogIndex(path)
        self._following, self._left, self._found = True, 0, None
        if self._filter is not None:
            self._filter = LogFilter(self._index, self._filter.text)
        self._changed()
        self.poll()

    @property
    def words(self) -> str:
        """What the title may say: `following`, or where in the log, and what is left out."""
        only = "" if self._filter is None else f", only {self._filter.text}"
        if not len(self._index):
            return "empty"
        if self._following:
            return "following" + only
        here = self._first_line() if self._found is None else self._found
        return f"line {here + 1:,} of {len(self._index):,}{only}"

    @property
    def shows_only(self) -> str:
        """The text or level that `only` was given last; "" for all lines."""
        return "" if self._filter is None else self._filter.text

    # The file

    def on_mount(self) -> None:
        self.set_interval(self._poll, self._poll_if_seen)
        self.poll()

    def on_show(self, event: events.Show) -> None:
        self.poll()

    def on_unmount(self) -> None:
        self._index.close()

    def _poll_if_seen(self) -> None:
        """Beside other panes a log is looked at less often: nobody reads four lines at once."""
        self._ticks += 1
        if self.is_on_screen and (self.has_focus or self._ticks % ASIDE == 0):
            self.poll()

    def poll(self) -> None:
        """Look whether the file has grown, shrunk or been replaced."""
        before = self._index.replaced
        changed = self._index.refresh(INDEX_SLICE)
        if self._filter is not None:
            changed = self._filter.refresh(FILTER_SLICE) or changed
        if self._index.replaced != before:
            self._found = None
        if changed:
            self._changed()
        if not self._lines.complete:
            self.call_later(self.poll)

    @property
    def _lines(self) -> LogIndex | LogFilter:
        """What is shown: every line, or those that the filter lets through."""
        return self._index if self._filter is None else self._filter

    def _changed(self) -> None:
        # Wrapped lines are taller than one row, so that each of them must be able to be the first.
        extra = max(0, self._height - 1) if self._wrap else 0
        self._set_length(len(self._lines) + extra)
        if self._following:
            self.scroll_to(y=self.virtual_size.height, animate=False, immediate=True)
        self._repaint()

    def _set_length(self, rows: int) -> None:
        """As `virtual_size`, but without a layout of the whole screen for every new line."""
        size = Size(self.size.width, rows)
        if self.show_vertical_scrollbar and rows > self._height:
            self.set_reactive(LogView.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = rows
        else:
            self.virtual_size = size

    def _repaint(self) -> None:
        self.refresh()
        self.post_message(self.Looked(self))

    # Drawing

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    def on_resize(self, event: events.Resize) -> None:
        self._changed()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn = None

    def render_line(self, y: int) -> Strip:
        index = self._index
        wanted = (
            self.scrollable_content_region.size,
            self.scroll_offset.y,
            self._left,
            self._following,
            self._wrap,
            self._needle,
            self._found,
            self._filter,
            (index.path, index.replaced, index.size, len(index), len(self._lines)),
        )
        if wanted != self._drawn:
            self._drawn = wanted
            base = self.rich_style
            self._strips = [self._strip(number, text, base) for number, text in self._rows()]
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.scrollable_content_region.width, self.rich_style)

    def _rows(self) -> list[tuple[int, str]]:
        """(line, text) of each row on the screen; the number is -1 while it is not known."""
        width, height = self.scrollable_content_region.size
        if not width:
            return []
        if self._following and not self._index.complete and self._filter is None:
            lines = [(-1, text) for text in self._index.ending(height)]
        else:
            first = len(self._lines) - height if self._following else self.scroll_offset.y
            lines = self._lines.numbered(first, max(0, first) + height)
        if self._wrap:
            lines = [(n, part) for n, text in lines for part in chop_cells(text, width) or [""]]
        return lines[-height:] if self._following else lines[:height]

    def _first_line(self) -> int:
        """The number of the first line on the screen."""
        rows = self._rows()
        return max(0, rows[0][0]) if rows else 0

    def _strip(self, number: int, text: str, base: Style) -> Strip:
        width = self.scrollable_content_region.width
        segments, done = [], 0
        for start, stop in self._needle.places(text):
            style = base + self._match_style(number)
            segments += [Segment(text[done:start], base), Segment(text[start:stop], style)]
            done = stop
        strip = Strip([*segments, Segment(text[done:], base)])
        left = 0 if self._wrap else self._left
        return strip.crop(left, left + width).adjust_cell_length(width, base)

    def _match_style(self, number: int) -> Style:
        name = "log--found" if number >= 0 and number == self._found else "log--match"
        return self.get_component_rich_style(name, partial=True)

    # Search

    def search(self, text: str) -> None:
        """Find a text from the first line on the screen on; upper case in it counts."""
        self._needle = Needle(text)
        self._found = None
        self._repaint()
        self._seek(self._first_line(), backwards=False)

    def only(self, text: str) -> None:
        """Show only lines with this text, or from this level (`warn`, `error`) on; "" shows all."""
        here = self._first_line()
        self._filter = LogFilter(self._index, text) if text else None
        self.poll()
        self._changed()
        if not self._following:
            self._go_to_row(self._lines.row(here))

    def _seek(self, line: int, *, backwards: bool) -> None:
        """Look from a line on, or backwards from before it, once around the whole file."""
        index, needle = self._index, self._needle
        if not needle.text:
            return
        path, size, replaced = index.path, index.size, index.replaced
        border = index.offset(line)

        def look() -> None:
            if backwards:
                at = needle.before(path, 0, border)
                at = needle.before(path, border, size) if at is None else at
            else:
                at = needle.after(path, border, size)
                at = needle.after(path, 0, border) if at is None else at
            self.app.call_from_thread(self._arrive, needle, replaced, at)

        self.run_worker(look, thread=True, exclusive=True, group="search")

    def _arrive(self, needle: Needle, replaced: int, offset: int | None) -> None:
        index = self._index
        if offset is not None and not index.complete:
            index.refresh()
        if needle is not self._needle or index.replaced != replaced:
            return
        self._found = None if offset is None else index.number(offset)
        if self._found is not None:
            self._reveal(self._found)
        self._changed()
        self.post_message(self.Searched(self, needle.text, self._found))

    def _reveal(self, line: int) -> None:
        """Bring a line onto the screen, unless it is there already, and stay there."""
        if line not in [number for number, _ in self._rows()]:
            above = 0 if self._wrap else self._height // 3
            self._go_to_row(self._lines.row(line) - above)
        elif self._following:
            self._go_to_row(self._lines.row(self._first_line()))
        self._following = False

    def action_next_match(self) -> None:
        line = self._first_line() if self._found is None else self._found + 1
        self._seek(line, backwards=False)

    def action_previous_match(self) -> None:
        line = self._first_line() if self._found is None else self._found
        self._seek(line, backwards=True)

    # Moving

    def _go_to_row(self, row: int) -> None:
        """Put a row at the top; the end of the log is followed from here on."""
        if not self._index.complete:
            self._index.refresh()
        last = max(0, len(self._lines) - self._height)
        self._following = row >= last if not self._wrap else row >= len(self._lines)
        self._changed()
        if not self._following:
            self.scroll_to(y=max(0, row), animate=False, immediate=True)

    def _go_by(self, rows: int) -> None:
        self._go_to_row(self._lines.row(self._first_line()) + rows)

    def action_down(self) -> None:
        self._go_by(1)

    def action_up(self) -> None:
        self._go_by(-1)

    def action_page_down(self) -> None:
        self._go_by(max(1, self._height - 1))

    def action_page_up(self) -> None:
        self._go_by(-max(1, self._height - 1))

    def action_home(self) -> None:
        self._go_to_row(0)

    def action_end(self) -> None:
        self.action_fit()

    def action_fit(self) -> None:
        """Back to live: follow the end."""
        self._following, self._left = True, 0
        self._changed()

    def action_scroll_left(self) -> None:
        self._left = max(0, self._left - SIDEWAYS)
        self._repaint()

    def action_scroll_right(self) -> None:
        self._left += SIDEWAYS
        self._repaint()

    def action_wrap(self) -> None:
        self._wrap = not self._wrap
        self._left = 0
        self._changed()
