"""A titled region: a box where there is room, a single rule above it below 100 columns."""

from __future__ import annotations

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from mobius_core.metrics.visible import visible

EDGES = 6
"""Cells of a title row that are not title: two corners or dashes, two dashes, two spaces."""


class Pane(Vertical, inherit_bindings=False):
    """Holds one widget; the left of its title says what it is, the right in which state."""

    def __init__(
        self,
        *children: Widget,
        title: str = "",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(*children, id=id, classes=classes)
        self._left = Content.styled(title, "bold $foreground")
        self._right = ""

    def entitle(self, left: str | Content, right: str = "") -> None:
        name = Content.styled(visible(left), "bold $foreground") if isinstance(left, str) else left
        if (name, right) != (self._left, self._right):
            self._left, self._right = name, right
            self._draw_title()

    def on_resize(self, event: events.Resize) -> None:
        self._draw_title()

    def _draw_title(self) -> None:
        boxed = self.styles.border_left[0] not in ("", "none")
        title = fill(self._left, self._right, max(self.outer_size.width - EDGES, 0))
        if not boxed:
            # A boxed title gets its dash and space from the border itself.
            title = Content.assemble("─ ", title, " ─" if "─" in title.plain else " ")
        self.border_title = title


def fill(left: Content, right: str, width: int) -> Content:
    """Both titles on one rule of exactly `width` cells; the right one is dropped first."""
    rule = width - left.cell_length - len(right) - 2
    if not right or rule < 1:
        return left.truncate(width, ellipsis=True)
    return Content.assemble(left, f" {'─' * rule} ", (right, "$dim"))
