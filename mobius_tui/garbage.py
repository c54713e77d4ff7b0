"""Collections of garbage where nobody waits for them, and more that they may collect.

After a visit to every screen of a lab of 1,000 runs a full collection looks through 200,000
objects, which takes 70 to 110 ms; one key in ten met one. Under somebody who never pauses, one key
in forty does since strips and parts of widgets are made when they are needed, at Python's own
thresholds: collections three times as rare held 3 MB more and were felt no less.
"""

from __future__ import annotations

import gc
from time import monotonic
from typing import Final

from rich.cells import cached_cell_len
from textual._styles_cache import StylesCache
from textual.screen import Screen
from textual.widget import Widget

from mobius_core import heap

PAUSE: Final = 0.7
"""Seconds without a key, after which the next one will hardly come within 100 ms."""
WORTH: Final = 2
"""Collections of younger objects, one for every three keys, after which a full one is worth it."""
TEXTS: Final = 2000
"""Widths of texts, from which on they are forgotten in a pause."""


class Collector:
    """Collects in pauses between keys, and leaves alone what has outlived a pause."""

    def __init__(self) -> None:
        self._last_key = 0.0
        self._is_due = False
        """a key has been pressed since the last one: live runs alone leave next to nothing"""
        self._has_holes = False
        """a key has been pressed since they were given back"""

    def begin(self) -> None:
        """What there is now stays: a lab of 1,000 runs is 80,000 objects."""
        gc.freeze()

    def saw_key(self) -> None:
        self._last_key = monotonic()
        self._is_due = self._has_holes = True

    def look(self) -> bool:
        """Collect if this is a pause and there is something to collect; True when it did."""
        if monotonic() < self._last_key + PAUSE:
            return False
        is_worth_it = self._is_due and gc.get_count()[2] >= WORTH
        if is_worth_it:
            self._is_due = False
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        if self._has_holes:
            self._has_holes = False
            forget_widths()
            heap.give_back()
        return is_worth_it


def forget_widths() -> None:
    """rich keeps the widths of 4,096 texts. Those with a number in them never come again, and each
    keeps a page of Python's heap from being used for anything larger; a screen has some hundred.
    """
    if cached_cell_len.cache_info().currsize > TEXTS:
        cached_cell_len.cache_clear()


def let_go_of(screen: Screen[object]) -> None:
    """A screen that is left for good is a cycle until the next full collection; what its widgets
    drew, most of what it holds, need not wait.

    Textual also keeps the 1,024 widgets drawn last, as keys of a cache of colours, which is filled
    again as it is asked for.
    """
    StylesCache.get_inner_outer.cache_clear()
    for widget in screen.walk_children(Widget, with_self=True):
        widget._styles_cache.clear()
