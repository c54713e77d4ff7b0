"""One curve as dots: in every column of dots the whole range of its points, and the line between.

Where a column holds many points their least and greatest value are both drawn, so a spike of one
point in a million is seen. Where points are sparser than columns they are joined.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import islice, pairwise
from math import floor
from typing import NamedTuple

from mobius_core.metrics.pyramid import Pyramid
from mobius_tui.charts.canvas import DOTS_HIGH, Layer
from mobius_tui.charts.scale import Axis, Scale

# Dots on and off along x for the n-th line, where colour cannot tell lines apart.
DASHES = ((1, 0), (6, 3), (2, 2), (9, 2), (4, 3), (1, 3))
# A dash's gap leaves out only columns of one dot, which lie within one dot of their neighbours.
# No gap is wider than three columns, so of a peak at most three dots are missing: less than a cell.


# What a band lights of a cell: two dots of the eight.
SHADED = 0x82


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
    drawn = strokes(curve, x, y, max(0, since - 1))
    join(drawn)
    if off:
        blank(drawn, on, on + off)
    layer.stand(drawn.first, drawn.lows, drawn.highs)


def join(drawn: Strokes) -> None:
    """Draw a jump between columns half in the one and half in the other."""
    _, enters, lows, highs, leaves = drawn
    for column, (leave, enter) in enumerate(zip(leaves, islice(enters, 1, None), strict=False)):
        if -1 <= enter - leave <= 1:
            continue
        half = (enter + leave) // 2
        # The upper half belongs to the column at the upper end.
        lower, upper = (column, column + 1) if enter > leave else (column + 1, column)
        if half > highs[lower]:
            highs[lower] = half
        if half < lows[upper]:
            lows[upper] = half + 1


def blank(drawn: Strokes, on: int, every: int) -> None:
    """Leave out the gaps of a dashed line: columns of one dot, from which no jump goes."""
    first, enters, lows, highs, leaves = drawn
    columns = zip(lows, highs, leaves, [*enters[1:], *leaves[-1:]], strict=True)
    for column, (low, high, leave, enter) in enumerate(columns):
        if high == low and -1 <= enter - leave <= 1 and (first + column) % every >= on:
            highs[column] = low - 1


def strokes(curve: Pyramid, x: Axis, y: Axis, since: int = 0) -> Strokes:
    """Every column that the curve crosses, from the column `since` on."""
    xs, ys = curve.xs, curve.ys
    edges = x.edges[since:]
    numbers, starts, stops, least, most = curve.columns(edges)
    count = len(numbers)
    values = [*[ys[n] for n in starts], *least, *most, *[ys[n - 1] for n in stops]]
    dots = y.dots_of(values, min(least), max(most)) if values else []
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
    bottom, top = strokes(low, x, y, since), strokes(high, x, y, since)
    inside = Layer(len(layer.cells), layer.rows // DOTS_HIGH)
    highs = [max(most, least - 1) for least, most in zip(bottom.lows, top.highs, strict=False)]
    inside.stand(bottom.first, bottom.lows[: len(highs)], highs)
    shaded = int.from_bytes(bytes([SHADED]) * (layer.rows // DOTS_HIGH))
    layer.cells = [
        cell | within & shaded for cell, within in zip(layer.cells, inside.cells, strict=True)
    ]
