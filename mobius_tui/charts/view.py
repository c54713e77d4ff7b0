"""What of the curves is looked at, and how: a value that every key press replaces."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import Literal

from mobius_core.metrics.pyramid import Pyramid
from mobius_tui.charts.limits import Window, rounded
from mobius_tui.charts.scale import Axis, Scale
from mobius_tui.charts.series import Series
from mobius_tui.charts.ticks import short

SMOOTHINGS = (0.0, 0.6, 0.9, 0.97)
ZOOM = 2.0
# A window narrower than this part of its own position has no float left between its borders.
NARROWEST = 1e-9
# Steps that begin this near to zero, as a part of all of x, are shown from zero.
ZERO_NEAR = 0.05

Shown = Literal["off", "oracle", "all"]
SHOWN: tuple[Shown, ...] = ("off", "oracle", "all")
Spread = Literal["both", "line", "band"]
SPREADS: tuple[Spread, ...] = ("both", "line", "band")


@dataclass(frozen=True, slots=True)
class Mark:
    """A letter on the x axis with a dotted line above it: `m` memorised, `g` generalised."""

    x: float
    letter: str
    colour: int | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A horizontal line to compare with: the divisibility oracle, a base rate, a paper."""

    y: float
    label: str
    oracle: bool = False


@dataclass(frozen=True, slots=True)
class ChartView:
    """The curves and the way they are looked at.

    `x_window` None follows the data. `y_home` are the limits a metric lives in (accuracies 0 to
    1), taken while all of x is shown; otherwise y fits what is in view. `percent` labels fractions
    in per cent. `letters` tells lines apart without colour: dashes, and the letters on the lines.
    `spread` says what is drawn of a line that has a band.
    """

    series: tuple[Series, ...] = ()
    marks: tuple[Mark, ...] = ()
    references: tuple[Reference, ...] = ()
    x: Scale = Scale.LINEAR
    y: Scale = Scale.LINEAR
    x_window: Window | None = None
    y_home: Window | None = None
    percent: bool = False
    smoothing: float = 0.0
    shown: Shown = "all"
    spread: Spread = "both"
    cursor: float | None = None
    letters: bool = False

    def curves(self) -> Iterator[Pyramid]:
        """Every line's points as drawn."""
        for series in self.series:
            yield series.points.curve(self.smoothing, self.y)

    def lines(self) -> tuple[Reference, ...]:
        """The reference lines that are switched on and have a place on the y axis."""
        return tuple(
            line
            for line in self.references
            if (self.shown == "all" or (self.shown == "oracle" and line.oracle))
            and (self.y is Scale.LINEAR or line.y > 0.0)
        )

    def seams(self) -> tuple[float, ...]:
        """Where interrupted runs went on, of all lines."""
        return tuple(sorted({x for series in self.series for x in series.points.seams}))

    def hidden(self) -> int:
        """Points that a logarithmic axis has no place for: some coordinate is not above zero."""
        count = 0
        for series in self.series:
            raw = series.points.raw
            kept = series.points.curve(0.0, self.y).xs
            count += len(raw) - len(kept)
            count += bisect_right(kept, 0.0) if self.x is Scale.LOG else 0
        return count

    def words(self) -> str:
        """How it is looked at: `x log  y lin  smooth .6`, and what a log axis leaves out."""
        words = [f"x {self.x.value}", f"y {self.y.value}"]
        if self.smoothing:
            words.append(f"smooth {short(self.smoothing)}")
        hidden = self.hidden()
        if hidden > len(self.series):  # one a line is step 0, which goes without saying
            words.append(f"{hidden:,} not above 0 left out")
        return "  ".join(words)

    # Limits

    def x_fit(self) -> Window:
        """All of x: from the first to the last point of any line, the positive ones on a log."""
        low, high = inf, -inf
        for curve in self.curves():
            first = bisect_right(curve.xs, 0.0) if self.x is Scale.LOG else 0
            if first < len(curve):
                low, high = min(low, curve.xs[first]), max(high, curve.xs[-1])
        if low > high:
            return Window(1.0, 10.0) if self.x is Scale.LOG else Window(0.0, 1.0)
        if self.x is Scale.LINEAR and 0.0 < low <= ZERO_NEAR * high:
            low = 0.0
        if low == high:
            return Window(low / 2, low * 2) if self.x is Scale.LOG else Window(low - 1, low + 1)
        return Window(low, high)

    def y_fit(self, window: Window) -> Window:
        """Round limits around everything drawn between the limits of x."""
        if self.y_home and self.x_window is None and self.y is Scale.LINEAR:
            return self.y_home
        low, high = inf, -inf
        raw = (
            points.curve(0.0, self.y) for series in self.series for points in series.all_points()
        )
        for curve in (*raw, *self.curves()):
            least, most = curve.span(
                max(0, bisect_right(curve.xs, window.low) - 1),
                min(len(curve), bisect_left(curve.xs, window.high) + 1),
            )
            low, high = min(low, least), max(high, most)
        for line in self.lines():
            low, high = min(low, line.y), max(high, line.y)
        return rounded(low, high, self.y)

    def axes(self, columns: int, rows: int, held: Window | None = None) -> tuple[Axis, Axis]:
        """The two axes over a plot of so many dots; `held` is all of x with room for what comes."""
        across = self.x_window or held or self.x_fit()
        up = self.y_fit(across)
        return (
            Axis(self.x, across.low, across.high, columns),
            Axis(self.y, up.low, up.high, rows),
        )

    # Looking elsewhere

    def scaled(self, x: Scale, y: Scale) -> ChartView:
        """On other scales; a window reaching to where a log axis cannot is given up."""
        keep = self.x_window and (x is Scale.LINEAR or self.x_window.low > 0.0)
        return replace(self, x=x, y=y, x_window=self.x_window if keep else None)

    def smoother(self) -> ChartView:
        """The next of the smoothings off, .6, .9, .97."""
        at = SMOOTHINGS.index(self.smoothing) if self.smoothing in SMOOTHINGS else -1
        return replace(self, smoothing=SMOOTHINGS[(at + 1) % len(SMOOTHINGS)])

    def next_spread(self) -> ChartView:
        return replace(self, spread=SPREADS[(SPREADS.index(self.spread) + 1) % len(SPREADS)])

    def next_references(self) -> ChartView:
        return replace(self, shown=SHOWN[(SHOWN.index(self.shown) + 1) % len(SHOWN)])

    def fitted(self) -> ChartView:
        """Back to live: all of x, no cursor."""
        return replace(self, x_window=None, cursor=None)

    def zoomed(self, factor: float) -> ChartView:
        """Closer (factor > 1) or further about the cursor, at most out to all of x."""
        whole = self.x_fit()
        window = self.x_window or whole
        low, high = self.x.position(window.low), self.x.position(window.high)
        middle = (low + high) / 2
        if self.cursor is not None and window.low <= self.cursor <= window.high:
            middle = self.x.position(self.cursor)
        near = Window(
            self.x.value_at(middle - (middle - low) / factor),
            self.x.value_at(middle + (high - middle) / factor),
        )
        if near.high - near.low <= NARROWEST * max(abs(near.low), abs(near.high)):
            return self
        if near.low <= whole.low and near.high >= whole.high:
            return replace(self, x_window=None)
        return replace(self, x_window=near)

    def panned(self, part: float) -> ChartView:
        """Sideways by a part of the window, never off the points; nothing while all is shown."""
        if self.x_window is None:
            return self
        whole = self.x_fit()
        low, high = self.x.position(self.x_window.low), self.x.position(self.x_window.high)
        move = part * (high - low)
        move = min(move, max(0.0, self.x.position(whole.high) - high))
        move = max(move, min(0.0, self.x.position(whole.low) - low))
        return replace(
            self, x_window=Window(self.x.value_at(low + move), self.x.value_at(high + move))
        )
