"""Round limits for an axis around the values it has to show."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import NamedTuple

from mobius_tui.charts.scale import Scale
from mobius_tui.charts.ticks import linear_step

# No limit is beyond this: the width of the widest window must be a float as well.
GREATEST = 1e300
# Sizes below this are zero to the eye and to the arithmetic of ticks; differences below FLAT of
# the size are rounding errors, not a curve.
LEAST = 1e-300
FLAT = 1e-12
STEPS = 5


class Window(NamedTuple):
    """Limits of an axis, low < high."""

    low: float
    high: float


def rounded(low: float, high: float, scale: Scale) -> Window:
    """Limits at round values around [low, high]; a window also for one value or for none."""
    if low > high:
        return Window(1.0, 10.0) if scale is Scale.LOG else Window(0.0, 1.0)
    least = LEAST if scale is Scale.LOG else -GREATEST
    low, high = max(least, min(low, GREATEST)), max(least, min(high, GREATEST))
    if scale is Scale.LOG:
        return Window(below(low), max(above(high), 2.0 * below(low)))
    size = max(abs(low), abs(high))
    if high - low <= FLAT * size or size < LEAST:
        room = size / 2 if size >= LEAST else 1.0
        low, high = low - room, high + room
    step = linear_step((high - low) / STEPS) / 2
    return Window(floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step)


def below(value: float) -> float:
    """The greatest of 1, 2, 5 times a power of ten that is not above a positive value."""
    decade = 10.0 ** floor(log10(value) + 1e-12)
    return next(s * decade for s in (5.0, 2.0, 1.0, 0.5) if s * decade <= value * (1 + 1e-12))


def above(value: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is not below a positive value."""
    decade = 10.0 ** floor(log10(value) + 1e-12)
    return next(s * decade for s in (1.0, 2.0, 5.0, 10.0) if s * decade >= value * (1 - 1e-12))
