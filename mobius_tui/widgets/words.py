"""Lines of toned words that scroll: details, configuration, events."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from mobius_tui import keys
from mobius_tui.widgets.styled import Line
from mobius_tui.widgets.toned import TonedView

Builder = Callable[[int], Sequence[Line]]
"""Lines for a width in cells; asked again when the width changes."""


class Words(TonedView, can_focus=True, inherit_bindings=False):
    BINDINGS = keys.bindings("text")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._build: Builder = lambda width: ()
        self.lines: Sequence[Line] = ()

    def show(self, build: Builder) -> None:
        self._build = build
        self._rebuild()

    def on_resize(self, event: events.Resize) -> None:
        self._rebuild()
        self.refresh()

    def _rebuild(self) -> None:
        if not self.room:
            return  # before its first layout: no text can be wrapped in no cells
        lines = self._build(self.room)
        if lines != self.lines:
            self.lines = lines
            self.virtual_size = Size(self.room, len(lines))
            self.refresh()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if index >= len(self.lines):
            return Strip.blank(self.room, self.base)
        return self.strip(self.lines[index], self.base)

    def _to(self, line: float) -> None:
        self.scroll_to(y=line, animate=False)

    def action_down(self) -> None:
        self._to(self.scroll_offset.y + 1)

    def action_up(self) -> None:
        self._to(self.scroll_offset.y - 1)

    def action_home(self) -> None:
        self._to(0)

    def action_end(self) -> None:
        self._to(self.max_scroll_y)

    def action_page_down(self) -> None:
        self._to(self.scroll_offset.y + self.scrollable_content_region.height - 1)

    def action_page_up(self) -> None:
        self._to(self.scroll_offset.y - self.scrollable_content_region.height + 1)
