"""The lines of a chart as layers of dots, kept so that the next drawing adds only what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil, inf
from operator import is_

from mobius_core.metrics.pyramid import Pyramid
from mobius_tui.charts.canvas import DOTS_HIGH, DOTS_WIDE, Layer
from mobius_tui.charts.charset import Charset
from mobius_tui.charts.ink import Ink, Role
from mobius_tui.charts.limits import Window
from mobius_tui.charts.scale import Axis, Scale
from mobius_tui.charts.trace import shade, trace
from mobius_tui.charts.view import ChartView

Kind = tuple[Ink, str]
"""How a line is drawn: its ink, and its letter where there are no dots."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line on its layer."""

    kind: Kind
    curve: Pyramid
    dash: int
    top: Pyramid | None = None
    """of a band: what lies above `curve` up to here is shaded"""

    def trace(self, x: Axis, y: Axis, layer: Layer, since: int) -> None:
        if self.top is not None:
            shade(self.curve, self.top, x, y, layer, since)
        else:
            trace(self.curve, x, y, layer, self.dash, since)


@dataclass(slots=True)
class Traced:
    """Give the same one to every drawing of a chart: while axes and lines stay as they are, the
    curves cost what their new points cost."""

    axes: tuple[Axis, Axis] | None = None
    drawn: list[Drawn] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    """points of each line that its layer shows"""
    layers: dict[Kind, Layer] = field(default_factory=dict)
    scale: Scale = Scale.LINEAR
    held: Window | None = None
    """all of x as it was last shown, on that scale"""
    grown: list[Pyramid] = field(default_factory=list)
    """the points it was for"""

    def window(self, view: ChartView, columns: int) -> Window | None:
        """All of x, with a cell to spare where lines have grown: until it is full the axis stays.

        Without that every new point would move all others by a part of a dot.
        """
        if view.x_window is not None:
            return None
        whole, held = view.x_fit(), self.held
        grown = [series.points.raw for series in view.series]
        known = len(grown) == len(self.grown) and all(map(is_, grown, self.grown))
        self.grown = grown
        if held is None or not known or view.x is not self.scale or held.low != whole.low:
            self.held, self.scale = whole, view.x
        elif whole.high > held.high:
            low, high = view.x.position(whole.low), view.x.position(whole.high)
            spare = view.x.value_at(high + (high - low) / columns)
            # Steps are whole numbers, and so is the last one of the axis.
            self.held = Window(whole.low, ceil(spare) if whole.high.is_integer() else spare)
        return self.held

    def draw(self, view: ChartView, x: Axis, y: Axis, charset: Charset) -> dict[Kind, Layer]:
        """All lines, raw ones first where smoothed ones lie on top.

        Lines of one colour and letter share a layer, so that their numbers fit in a byte however
        many runs are compared.
        """
        lines = list(lines_of(view, charset))
        since = 0
        if self.axes == (x, y) and same(lines, self.drawn):
            since = self._unchanged(x)
            for layer in self.layers.values():
                layer.cells[since // DOTS_WIDE :] = [0] * ((x.dots - since) // DOTS_WIDE)
        else:
            width, height = x.dots // DOTS_WIDE, y.dots // DOTS_HIGH
            self.layers = {line.kind: Layer(width, height) for line in lines}
        if since < x.dots:
            for line in lines:
                line.trace(x, y, self.layers[line.kind], since)
        self.axes, self.drawn = (x, y), lines
        self.counts = [len(line.curve) for line in lines]
        return self.layers

    def _unchanged(self, x: Axis) -> int:
        """Columns of dots, in whole cells, that stay as they are although lines have grown."""
        since = x.dots
        for line, count in zip(self.drawn, self.counts, strict=True):
            if len(line.curve) > count:
                last = line.curve.xs[count - 1] if count else -inf
                in_sight = last > 0.0 or (x.scale is Scale.LINEAR and count)
                since = min(since, max(0, x.dot(last)) if in_sight else 0)
        return since // DOTS_WIDE * DOTS_WIDE


def lines_of(view: ChartView, charset: Charset) -> Iterator[Drawn]:
    for series in view.series:
        if series.band is not None and view.spread != "line":
            low, high = (points.curve(0.0, view.y) for points in series.band)
            yield Drawn((Ink(Role.FAINT, series.colour), charset.faint), low, 0, high)
    for smoothing in (0.0, view.smoothing) if view.smoothing else (0.0,):
        faint = smoothing != view.smoothing
        for number, series in enumerate(view.series):
            if series.band is not None and view.spread == "band":
                continue
            ink = Ink(Role.FAINT if faint else Role.LINE, series.colour)
            letter = charset.faint if faint else series.mark
            dash = number if view.letters and not faint else 0
            yield Drawn((ink, letter), series.points.curve(smoothing, view.y), dash)


def same(lines: list[Drawn], others: list[Drawn]) -> bool:
    """Whether they are drawn alike and follow the same curves, which may have grown."""
    return len(lines) == len(others) and all(
        one.curve is other.curve
        and one.top is other.top
        and (one.kind, one.dash) == (other.kind, other.dash)
        for one, other in zip(lines, others, strict=True)
    )
