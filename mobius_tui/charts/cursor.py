"""The value cursor: always on a point of some line, and what every line says there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from mobius_tui.charts.canvas import DOTS_WIDE
from mobius_tui.charts.scale import Axis, Scale
from mobius_tui.charts.series import Series
from mobius_tui.charts.view import ChartView


@dataclass(frozen=True, slots=True)
class Reading:
    """A line at the cursor: its newest point at or before it. All None before its first point."""

    series: Series
    x: float | None
    value: float | None
    smoothed: float | None


def readings(view: ChartView) -> tuple[Reading, ...]:
    """Every line at the cursor; at its newest point where there is no cursor."""
    return tuple(reading(series, view) for series in view.series)


def reading(series: Series, view: ChartView) -> Reading:
    raw = series.points.raw
    index = (len(raw) if view.cursor is None else bisect_right(raw.xs, view.cursor)) - 1
    if index < 0:
        return Reading(series, None, None, None)
    smooth = series.points.curve(view.smoothing, Scale.LINEAR)
    return Reading(series, raw.xs[index], raw.ys[index], smooth.ys[index])


def moved(view: ChartView, steps: int, columns: int) -> ChartView:
    """The cursor by so many columns of cells to the nearest point, at least to the next one.

    Without a cursor it starts on the newest point. The window follows it.
    """
    window = view.x_window or view.x_fit()
    if view.cursor is None:
        newest = [series.points.raw.xs[-1] for series in view.series if len(series.points.raw)]
        inside = [min(x, window.high) for x in newest]
        return replace(view, cursor=nearest(view, max(inside), 0)) if inside else view
    axis = Axis(view.x, window.low, window.high, columns * DOTS_WIDE)
    target = axis.at(axis.place(view.cursor) + steps * DOTS_WIDE)
    cursor = nearest(view, target, steps)
    return view if cursor is None else seen(replace(view, cursor=cursor))


def nearest(view: ChartView, target: float, direction: int) -> float | None:
    """The x of a point nearest to `target`, of those beyond the cursor in the direction."""
    found: list[float] = []
    for series in view.series:
        xs = series.points.raw.xs
        at = bisect_left(xs, target)
        found += xs[max(0, at - 1) : at + 1]
    here = view.cursor
    if here is not None and direction:
        found = [x for x in found if (x > here if direction > 0 else x < here)]
    if view.x is Scale.LOG:
        found = [x for x in found if x > 0.0]
    return min(found, key=lambda x: abs(x - target), default=None)


def seen(view: ChartView) -> ChartView:
    """With the window moved just so far that the cursor lies in it."""
    window, cursor = view.x_window, view.cursor
    if window is None or cursor is None:
        return view
    low, high = view.x.position(window.low), view.x.position(window.high)
    here = view.x.position(cursor)
    if low <= here <= high:
        return view
    return view.panned(((here - low) if here < low else (here - high)) / (high - low))
