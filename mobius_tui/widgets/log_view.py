"""A log of any length, read where it is looked at; its bytes reach the terminal as text only."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mobius_core.metrics.log_index import LogIndex
from mobius_core.metrics.log_search import Needle
from rich.cells import chop_cells
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mobius_tui import keys

POLL = 0.25
SLICE = 1 << 25
"""Bytes indexed at a time, some 20 ms: a log of 1 GB is numbered while its end is shown."""
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
        self._index = LogIndex(path) if path else None
        self._poll = poll
        self._following = True
        self._wrap = False
        self._left = 0
        self._needle = Needle("")
        self._found: int | None = None
        self._drawn: object = None
        self._strips: list[Strip] = []

    def show(self, path: Path | None) -> None:
        """Look at another file, or at none, from its end; the same file again changes nothing."""
        if self._index is not None:
            if path == self._index.path:
                return
            self._index.close()
        self._index = LogIndex(path) if path else None
        self._following, self._left, self._found = True, 0, None
        self._changed()
        self.poll()

    @property
    def words(self) -> str:
        """What the title may say: `following`, or where in the log."""
        if self._index is None or not len(self._index):
            return "empty"
        if self._following:
            return "following"
        here = self._top + 1 if self._found is None else self._found + 1
        return f"line {here:,} of {len(self._index):,}"

    # The file

    def on_mount(self) -> None:
        self.set_interval(self._poll, self._poll_if_seen)
        self.poll()

    def on_show(self, event: events.Show) -> None:
        self.poll()

    def on_unmount(self) -> None:
        if self._index is not None:
            self._index.close()

    def _poll_if_seen(self) -> None:
        if self.is_on_screen:
            self.poll()

    def poll(self) -> None:
        """Look whether the file has grown, shrunk or been replaced."""
        if self._index is None:
            return
        before = self._index.replaced
        if self._index.refresh(SLICE):
            if self._index.replaced != before:
                self._found = None
            self._changed()

    def _changed(self) -> None:
        count = 0 if self._index is None else len(self._index)
        self.virtual_size = Size(self.size.width, count)
        if self._following:
            self.scroll_to(y=count, animate=False, immediate=True)
        self._repaint()

    def _repaint(self) -> None:
        self.refresh()
        self.post_message(self.Looked(self))

    # Drawing

    @property
    def _top(self) -> int:
        """The first line on the screen."""
        return self.scroll_offset.y

    def on_resize(self, event: events.Resize) -> None:
        self._changed()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn = None

    def render_line(self, y: int) -> Strip:
        room = self.scrollable_content_region.size
        index = self._index
        wanted = (
            room,
            self._top,
            self._left,
            self._following,
            self._wrap,
            self._needle,
            self._found,
            index and (index.path, index.replaced, index.size, len(index)),
        )
        if wanted != self._drawn:
            self._drawn = wanted
            rows = self._rows(room.width, room.height)
            self._strips = [self._strip(number, text, room.width) for number, text in rows]
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(room.width, self.rich_style)

    def _rows(self, width: int, height: int) -> list[tuple[int, str]]:
        """(line, text) of each row on the screen; the number is -1 while it is not known."""
        index = self._index
        if index is None or not width:
            return []
        if self._following and not index.complete:
            lines = [(-1, text) for text in index.ending(height)]
        else:
            first = max(0, len(index) - height) if self._following else self._top
            lines = list(enumerate(index.lines(first, first + height), start=first))
        if self._wrap:
            lines = [(n, part) for n, text in lines for part in chop_cells(text, width) or [""]]
        return lines[-height:] if self._following else lines[:height]

    def _strip(self, number: int, text: str, width: int) -> Strip:
        base = self.rich_style
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
        if text:
            self._seek(self._top, backwards=False)

    def _seek(self, line: int, *, backwards: bool) -> None:
        """Look from a line on, or backwards from before it, once around the whole file."""
        index, needle = self._index, self._needle
        if index is None or not needle.text:
            return
        border, size, replaced = index.offset(line), index.size, index.replaced
        path = index.path

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
        if index is None or needle is not self._needle or index.replaced != replaced:
            return
        if offset is not None:
            if not index.complete:
                index.refresh()
                self._changed()
            self._found = index.number(offset)
            self._go_to(self._found)
        self._repaint()
        self.post_message(self.Searched(self, needle.text, self._found))

    def _go_to(self, line: int) -> None:
        """Bring a line onto the screen, a third down, unless it is there already."""
        height = self.scrollable_content_region.height
        if self._following or not self._top <= line < self._top + height:
            self._scroll_to_line(line - height // 3)

    def action_next_match(self) -> None:
        self._seek(self._top if self._found is None else self._found + 1, backwards=False)

    def action_previous_match(self) -> None:
        self._seek(self._top if self._found is None else self._found, backwards=True)

    # Moving

    def _scroll_to_line(self, line: int) -> None:
        """Put a line at the top; at the end of the log, follow it from here on."""
        count = 0 if self._index is None else len(self._index)
        last = max(0, count - self.scrollable_content_region.height)
        self._following = line >= last
        self.scroll_to(y=max(0, min(line, last)), animate=False, immediate=True)
        self._repaint()

    def action_down(self) -> None:
        self._scroll_to_line(self._top + 1)

    def action_up(self) -> None:
        self._scroll_to_line(self._top - 1)

    def action_page_down(self) -> None:
        self._scroll_to_line(self._top + max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        self._scroll_to_line(self._top - max(1, self.size.height - 1))

    def action_home(self) -> None:
        self._scroll_to_line(0)

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
        self._repaint()
