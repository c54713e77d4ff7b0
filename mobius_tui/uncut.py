"""A strip that is drawn whole does not remember itself.

Textual's strips keep what they answer, and where nothing is cut or filled up that is the strip
itself: a cycle, so that every line ever drawn waits for a full collection of garbage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.style import Style
from textual.strip import Strip

divide_of_textual = Strip.divide
adjust_of_textual = Strip.adjust_cell_length


def divide(self: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    width = self.cell_length
    inside = [cut for cut in cuts if cut <= width]
    return [self] if inside == [width] else divide_of_textual(self, inside)


def adjust_cell_length(self: Strip, cell_length: int, style: Style | None = None) -> Strip:
    if self.cell_length == cell_length:
        return self
    return adjust_of_textual(self, cell_length, style)


def patch() -> None:
    """For all strips of this process, however often it is called."""
    Strip.divide = divide  # type: ignore[method-assign]
    Strip.adjust_cell_length = adjust_cell_length  # type: ignore[method-assign]
