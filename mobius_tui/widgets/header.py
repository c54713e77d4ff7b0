"""Row 1: the screens, and what the queue is doing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widget import Widget

from mobius_tui.model import LabView
from mobius_tui.widgets.clock import clock

WIDE = 100


class Tab(NamedTuple):
    key: str
    name: str
    short: str


class Header(Widget):
    """One line; names of screens are short below 100 columns."""

    def __init__(self, tabs: Sequence[Tab], here: str) -> None:
        super().__init__()
        self._tabs = tabs
        self._here = here
        self._view = LabView()

    def show(self, view: LabView) -> None:
        if queue(view) != queue(self._view) or clock(view.now) != clock(self._view.now):
            self.refresh()
        self._view = view

    def render(self) -> Content:
        wide = self.size.width >= WIDE
        parts: list[tuple[str, str]] = [(" mobius ", "bold $primary")]
        for tab in self._tabs:
            words = f"{tab.key} {tab.name}" if wide else f"{tab.key}{tab.short}"
            if tab.name == self._here:
                parts.append((f"[{words}]", "bold $foreground"))
            else:
                parts.append((f" {words} ", "$dim"))
        left = Content.assemble(*parts)
        right = queue(self._view)
        if wide and self._view.now:
            right = f"{right}   {clock(self._view.now)}"
        room = self.size.width - left.cell_length - 1
        if wide and self._view.file is not None:
            file = str(self._view.file)
            if len(file) + len(right) + 4 <= room:
                right = f"{file}   {right}"
        return Content.assemble(left, right[: max(room, 0)].rjust(room))


def queue(view: LabView) -> str:
    """`3 run 41 wait`, or `idle`; nothing before the first look."""
    if not view.loaded:
        return ""
    parts = []
    if view.running:
        parts.append(f"{view.running} run")
    if view.waiting:
        parts.append(f"{view.waiting} wait")
    return "  ".join((" ".join(parts) or "idle", *((view.slots,) if view.slots else ())))
