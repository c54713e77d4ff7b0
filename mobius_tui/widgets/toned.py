"""A scrollable widget that draws toned words line by line.

Titles, notes and messages are other people's words: what would act on a terminal is spelled.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mobius_core.metrics.visible import visible
from mobius_tui.widgets.styled import STYLES, Cell, Tone


class TonedView(ScrollView, inherit_bindings=False):
    """Turns cells into strips in the colours of the theme (`tone--NAME` in the style sheet)."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"tone--{name}" for name in (*STYLES, "cursor", "cursor-away") if name
    }

    base = Style.null()
    """What its lines are drawn on."""

    def render_lines(self, crop: Region) -> list[Strip]:
        # Once for all lines: Textual goes up all ancestors for it, and forty lines took 4 ms.
        self.base = self.rich_style
        return super().render_lines(crop)

    @property
    def room(self) -> int:
        """Cells of a line that are free for words."""
        return self.scrollable_content_region.width

    def tone(self, tone: Tone | str) -> Style:
        if not tone:
            return Style.null()
        return self.get_component_rich_style(f"tone--{tone}", partial=True)

    def strip(self, cells: Iterable[Cell], base: Style) -> Strip:
        """One line of exactly `room` cells."""
        segments = [Segment(visible(cell.text), base + self.tone(cell.tone)) for cell in cells]
        return Strip(segments).adjust_cell_length(self.room, base)


def fitted(text: str, room: int, *, right: bool = False) -> str:
    """The text in exactly `room` cells, cut with an ellipsis where it is too long."""
    text = visible(text)
    if text.isascii():
        if len(text) > room:
            return text[: max(room - 1, 0)] + "…"[:room]
        return text.rjust(room) if right else text.ljust(room)
    sized = set_cell_size(text, room)
    short = sized.rstrip(" ")
    return short.rjust(len(sized)) if right and short in text else sized


def shortened(text: str, room: int) -> str:
    """The text in at most `room` characters, cut in its middle where it is too long."""
    if len(text) <= room or room < 3:
        return text
    end = (room - 1) * 2 // 3
    return f"{text[: room - 1 - end]}…{text[-end:]}"
