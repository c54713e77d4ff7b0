"""Textual's strips without what they hold for nothing.

A screen is some thousand of them, and each paint makes new ones. Textual gives each seven empty
caches, 900 bytes of its 1,100, in blocks that leave holes all over Python's heap; and where nothing
is cut or filled up it caches the strip in itself: a cycle, so that every line ever drawn waits for
a full collection of garbage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.strip import Strip

CACHES: Final = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}
"""Attribute -> the most that is kept, as in Textual's Strip."""

begin_of_textual = Strip.__init__
divide_of_textual = Strip.divide
adjust_of_textual = Strip.adjust_cell_length


def begin(self: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    """`Strip.__init__` without caches."""
    self._segments = list(segments)
    self._cell_length = cell_length
    self._render_cache = None
    self._link_ids = None
    self._cell_count = None


def cache(self: Strip, name: str) -> FIFOCache[Any, Any]:
    """`Strip.__getattr__`, which Python asks for what is not there: a cache, the first time."""
    if name not in CACHES:
        raise AttributeError(f"a strip has no {name}")
    made: FIFOCache[Any, Any] = FIFOCache(CACHES[name])
    setattr(self, name, made)
    return made


def divide(self: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    width = self.cell_length
    inside = [cut for cut in cuts if cut <= width]
    return [self] if inside == [width] else divide_of_textual(self, inside)


def adjust_cell_length(self: Strip, cell_length: int, style: Style | None = None) -> Strip:
    if self.cell_length == cell_length:
        return self
    return adjust_of_textual(self, cell_length, style)


def lighten() -> None:
    """All strips of this process, however often it is called."""
    Strip.__init__ = begin  # type: ignore[method-assign]
    Strip.__getattr__ = cache  # type: ignore[attr-defined]
    Strip.divide = divide  # type: ignore[method-assign]
    Strip.adjust_cell_length = adjust_cell_length  # type: ignore[method-assign]
