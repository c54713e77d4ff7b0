"""A share as a bar of characters."""

from __future__ import annotations

from mobius_tui.widgets.styled import Cell, Tone

FULL, EMPTY = "█", "░"


def bar(share: float, cells: int, tone: Tone = "live") -> tuple[Cell, Cell]:
    """The full part and the rest of it; shares outside 0 to 1 are cut."""
    full = round(cells * min(max(share, 0.0), 1.0))
    return Cell(FULL * full, tone), Cell(EMPTY * (cells - full), "dim")
