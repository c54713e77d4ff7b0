"""One curve as dots: in every column of dots the whole range of its points, and the line between.

Where a column holds many points their least and greatest value are both drawn, so a spike of one
point in a million is seen. Where points are sparser than columns they are joined.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from math import floor
from typing import NamedTuple

from mobius_core.metrics.pyramid import Pyramid
from mobius_tui.charts.canvas import Layer
from mobius_tui.charts.scale import Axis, Scale

# Dots on and off along x for the n-th line, where colour cannot tell lines apart.
DASHES = ((1, 0), (6, 3), (2, 2), (9, 2), (4, 3), (1, 3))
# A dash's gap leaves out only columns of one dot, which lie within one dot of their neighbours.
# No gap is wider than three columns, so of a peak at most three dots are missing: less than a cell.


class Stroke(NamedTuple):
    """A column's share of a line, in dots above the x axis: first point, range, last point."""

    column: int
    enter: int
    low: int
    high: int
    leave: int


def trace(curve: Pyramid, x: Axis, y: Axis, layer: Layer, dash: int = 0) -> None:
    """Draw a curve on a layer of x.dots by y.dots; dash > 0 breaks it up in a pattern."""
    on, off = DASHES[dash % len(DASHES)]
    top = layer.rows - 1
    span = layer.span
    reach: int | None = None
    for column, enter, low, high, leave in strokes(curve, x, y):
        if reach is not None and not -1 <= enter - reach <= 1:
            # A jump between columns is drawn half in the one and half in the other.
            half = (enter + reach) // 2
            if enter > reach:
                span(column - 1, top - half, top - reach)
                low = min(low, half + 1)
            else:
                span(column - 1, top - reach, top - half - 1)
                high = max(high, half)
        if not off or high > low or column % (on + off) < on:
            span(column, top - high, top - low)
        reach = leave


def strokes(curve: Pyramid, x: Axis, y: Axis) -> Iterator[Stroke]:
    """Every column that the curve crosses, from left to right without a gap."""
    xs, ys = curve.xs, curve.ys
    edges = x.edges()
    columns = curve.columns(edges)
    enters = y.dots_of([ys[column.start] for column in columns])
    lows = y.dots_of([column.low for column in columns])
    highs = y.dots_of([column.high for column in columns])
    leaves = y.dots_of([ys[column.stop - 1] for column in columns])
    # The points just outside the window, if any, are where the line enters and leaves it.
    last = bisect_left(xs, edges[0]) - 1
    first = bisect_right(xs, 0.0) if x.scale is Scale.LOG else 0
    reached = 0 if last >= first else None
    for column, *dots in zip(columns, enters, lows, highs, leaves, strict=True):
        if reached is not None and reached < column.number:
            yield from bridge(curve, last, x, y, range(reached, column.number))
        yield Stroke(column.number, *dots)
        last, reached = column.stop - 1, column.number + 1
    if reached is not None and last + 1 < len(xs):
        yield from bridge(curve, last, x, y, range(reached, x.dots))


def bridge(curve: Pyramid, index: int, x: Axis, y: Axis, columns: range) -> Iterator[Stroke]:
    """The straight line from one point to the next, straight as drawn, in the given columns."""
    left, right = x.place(curve.xs[index]), x.place(curve.xs[index + 1])
    low, high = y.place(curve.ys[index]), y.place(curve.ys[index + 1])
    slope = (high - low) / (right - left)
    for column in columns:
        here = floor(low + slope * (column - left) + 0.5)
        yield Stroke(column, here, here, here, here)
