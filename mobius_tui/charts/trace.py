"""One curve as dots: in every column of dots the whole range of its points, and the line between.

Where a column holds many points their least and greatest value are both drawn, so a spike of one
point in a million is seen. Where points are sparser than columns they are joined.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from math import floor
from typing import NamedTuple

from mobius_core.metrics.pyramid import Pyramid
from mobius_tui.charts.canvas import DOTS_HIGH, Layer, below
from mobius_tui.charts.scale import Axis, Scale

# Dots on and off along x for the n-th line, where colour cannot tell lines apart.
DASHES = ((1, 0), (6, 3), (2, 2), (9, 2), (4, 3), (1, 3))
# A dash's gap leaves out only columns of one dot, which lie within one dot of their neighbours.
# No gap is wider than three columns, so of a peak at most three dots are missing: less than a cell.


# Rows that a band lights in columns of either parity: two dots of the eight of a cell.
SHADED = (0x02, 0x08)


class Strokes(NamedTuple):
    """A line's share of each column, in dots above the x axis, from the first column it crosses to
    the last without a gap. Lists beside each other, because there are hundreds a frame.
    """

    first: int
    enters: list[int]
    """where the first point of the column lies, or the line to the next point"""
    lows: list[int]
    highs: list[int]
    leaves: list[int]


def trace(curve: Pyramid, x: Axis, y: Axis, layer: Layer, dash: int = 0, since: int = 0) -> None:
    """Draw a curve on a layer of x.dots by y.dots; dash > 0 breaks it up in a pattern.

    `since` leaves out the columns of dots before it, on which the line stands already.
    """
    on, off = DASHES[dash % len(DASHES)]
    every = on + off
    rows = layer.rows
    masks, cells = below(rows), layer.cells
    column, *lists = strokes(curve, x, y, max(0, since - 1))
    reach: int | None = None
    for enter, low, high, leave in zip(*lists, strict=True):
        if reach is not None and not -1 <= enter - reach <= 1:
            # A jump between columns is drawn half in the one and half in the other.
            half = (enter + reach) // 2
            start, stop = (reach, half) if enter > reach else (half + 1, reach)
            if start >= 0 and stop < rows:
                dots = masks[rows - start] ^ masks[rows - 1 - stop]
                cells[(column - 1) >> 1] |= dots if column & 1 else dots << DOTS_HIGH
            else:
                layer.span(column - 1, rows - 1 - stop, rows - 1 - start)
            if enter > reach:
                low = half + 1 if half < low else low
            elif half > high:
                high = half
        reach = leave
        if column >= since and (high > low or not off or column % every < on):
            if low >= 0 and high < rows:
                dots = masks[rows - low] ^ masks[rows - 1 - high]
                cells[column >> 1] |= dots << DOTS_HIGH if column & 1 else dots
            else:
                layer.span(column, rows - 1 - high, rows - 1 - low)
        column += 1


def strokes(curve: Pyramid, x: Axis, y: Axis, since: int = 0) -> Strokes:
    """Every column that the curve crosses, from the column `since` on."""
    xs, ys = curve.xs, curve.ys
    edges = x.edges[since:]
    numbers, starts, stops, least, most = curve.columns(edges)
    count = len(numbers)
    dots = y.dots_of(
        [*[ys[n] for n in starts], *least, *most, *[ys[n - 1] for n in stops]],
    )
    # The points just outside the window, if any, are where the line enters and leaves it.
    last = bisect_left(xs, edges[0]) - 1
    first = bisect_right(xs, 0.0) if x.scale is Scale.LOG else 0
    begins = last >= first
    ends = stops[-1] < len(xs) if stops else begins and last + 1 < len(xs)
    begin = 0 if begins else numbers[0] if numbers else x.dots - since
    drawn = Strokes(since + begin, [], [], [], [])
    parts = [dots[n : n + count] for n in range(0, 4 * count, count)] if count else []
    if count and begin < numbers[0]:
        bridge(drawn, curve, last, x, y, since + numbers[0])
    start = 0
    for stop in gaps(numbers):
        for place, part in zip(drawn[1:], parts, strict=True):
            place.extend(part[start:stop])
        last, start = stops[stop - 1] - 1, stop
        if stop < count:
            bridge(drawn, curve, last, x, y, since + numbers[stop])
    if ends:
        bridge(drawn, curve, last, x, y, x.dots)
    return drawn


def gaps(numbers: list[int]) -> list[int]:
    """Where columns without a point are left out, and the end: [3, 4, 7, 8] has gaps at 2, 4."""
    if not numbers or len(numbers) == numbers[-1] - numbers[0] + 1:
        return [len(numbers)] if numbers else []
    pairs = enumerate(pairwise(numbers), start=1)
    return [*(at for at, (one, other) in pairs if other != one + 1), len(numbers)]


def bridge(drawn: Strokes, curve: Pyramid, index: int, x: Axis, y: Axis, stop: int) -> None:
    """Add the straight line from one point to the next, straight as drawn, up to a column."""
    left, right = x.place(curve.xs[index]), x.place(curve.xs[index + 1])
    low, high = y.place(curve.ys[index]), y.place(curve.ys[index + 1])
    slope = (high - low) / (right - left)
    start = drawn.first + len(drawn.enters)
    level = [floor(low + slope * (column - left) + 0.5) for column in range(start, stop)]
    for dots in drawn[1:]:
        dots.extend(level)


def shade(low: Pyramid, high: Pyramid, x: Axis, y: Axis, layer: Layer, since: int = 0) -> None:
    """Light a pattern between two lines over the same x, the lower one first."""
    rows = layer.rows
    masks, cells = below(rows), layer.cells
    bottom, top = strokes(low, x, y, since), strokes(high, x, y, since)
    patterns = [int.from_bytes(bytes([byte]) * (rows // DOTS_HIGH)) for byte in SHADED]
    for column, (least, most) in enumerate(zip(bottom.lows, top.highs, strict=False), bottom.first):
        least, most = max(least, 0), min(most, rows - 1)
        if least <= most:
            dots = (masks[rows - least] ^ masks[rows - 1 - most]) & patterns[column & 1]
            cells[column >> 1] |= dots << DOTS_HIGH if column & 1 else dots
