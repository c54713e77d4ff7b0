"""A titled region: a box where there is room, a single rule above it below 100 columns."""

from __future__ import annotations

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

BOXED_EDGES = 6
"""Cells of a boxed title row that are not title: two corners, two dashes, two spaces."""
RULED_EDGES = 6
"""Cells of a ruled title row that are not title: two dashes and a space on either side."""


class Pane(Vertical, inherit_bindings=False):
    """Holds one widget; the left of its title says what it is, the right in which state."""

    def __init__(self, *children: Widget, title: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(*children, id=id)
        self._left = title
        self._right = ""

    def entitle(self, left: str, right: str = "") -> None:
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self._draw_title()

    def on_resize(self, event: events.Resize) -> None:
        self._draw_title()

    def _draw_title(self) -> None:
        boxed = self.styles.border_left[0] not in ("", "none")
        width = self.outer_size.width - (BOXED_EDGES if boxed else RULED_EDGES)
        title = fill(self._left, self._right, max(width, 0))
        self.border_title = title if boxed else Content.assemble("─ ", title, " ─")


def fill(left: str, right: str, width: int) -> Content:
    """Both titles on one rule of exactly `width` cells; the right one is dropped first."""
    if right and len(left) + len(right) + 3 <= width:
        rule = "─" * (width - len(left) - len(right) - 2)
        return Content.assemble(
            (left, "bold $foreground"), f" {rule} ", (right, "$dim")
        )
    rule = "─" * (width - len(left) - 1)
    return Content.assemble((left[:width], "bold $foreground"), f" {rule}" if rule else "")
