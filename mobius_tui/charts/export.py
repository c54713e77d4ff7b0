"""What a chart shows, for other programs: SVG of any size, and CSV of its points.

Pure functions of a view; nothing here knows a terminal, a widget or a file.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from mobius_core.metrics.pyramid import Pyramid
from mobius_tui.charts import palette
from mobius_tui.charts.scale import Axis, Scale
from mobius_tui.charts.ticks import Tick, ticks
from mobius_tui.charts.view import ChartView

LEFT, RIGHT, TOP, BOTTOM = 58, 18, 40, 34
APART = 64, 36
"""Least pixels between two labels of x and of y."""
DENSE = 2
"""Points a pixel from which a line is drawn as the range of each column."""
LETTERED = 0.96
"""Where along x the first line carries its letter, as a part of the width."""
FAINT, SHADE = 0.35, 0.18
"""Opacities of raw lines under smoothed ones, and of bands."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Paper:
    """Colours of what is not a line."""

    ground: str
    ink: str
    rule: str
    lines: tuple[str, ...]


LIGHT = Paper("#ffffff", "#1b1f24", "#e4e1dc", palette.LIGHT)
DARK = Paper("#0e1116", "#d8dee6", "#2b333d", palette.DARK)


def svg(
    view: ChartView, title: str = "", *, width: int = 800, height: int = 480, paper: Paper = LIGHT
) -> str:
    """A picture of the view as it is looked at: scales, window, smoothing, marks, references.

    Lines stay apart without colour: their letters stand in the legend and at their ends.
    """
    across, up = view.axes(width - LEFT - RIGHT, height - TOP - BOTTOM)
    plot = SvgPlot(view, across, up, paper)
    body = "\n".join([*plot.rules(), *plot.curves(), *plot.notes(), *plot.legend(title)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{width}" height="{height}" fill="{paper.ground}"/>\n'
        f'<clipPath id="plot"><rect x="{LEFT}" y="{TOP}" width="{across.dots}" '
        f'height="{up.dots}"/></clipPath>\n{body}\n</svg>\n'
    )


class SvgPlot:
    """The elements of one picture, from the back to the front."""

    def __init__(self, view: ChartView, x: Axis, y: Axis, paper: Paper) -> None:
        self.view, self.x, self.y, self.paper = view, x, y, paper
        self.right, self.bottom = LEFT + x.dots, TOP + y.dots

    def across(self, value: float) -> float:
        return LEFT + self.x.place(value)

    def up(self, value: float) -> float:
        return TOP + self.y.dots - 1 - self.y.place(value)

    def colour(self, number: int) -> str:
        return self.paper.lines[number % len(self.paper.lines)]

    def rules(self) -> Iterator[str]:
        """A thin line at every label, and the labels."""
        for tick in ticks(self.x, APART[0]):
            at = self.across(tick.value)
            yield self.line(at, TOP, at, self.bottom)
            yield self.text(at, self.bottom + 18, tick.label, "middle")
        for tick in y_ticks(self.view, self.y):
            at = self.up(tick.value)
            yield self.line(LEFT, at, self.right, at)
            yield self.text(LEFT - 8, at + 4, tick.label, "end")

    def curves(self) -> Iterator[str]:
        """Bands, then raw lines under smoothed ones, then the lines."""
        yield '<g clip-path="url(#plot)" fill="none" stroke-linejoin="round">'
        for series in self.view.series:
            if series.band is not None and self.view.spread != "line":
                low, high = (
                    line(one.curve(0.0, self.view.y), self.x, self.y) for one in series.band
                )
                yield (
                    f'<polygon points="{self.path([*low, *reversed(high)])}" stroke="none" '
                    f'fill="{self.colour(series.colour)}" fill-opacity="{SHADE}"/>'
                )
        for smoothing in (0.0, self.view.smoothing) if self.view.smoothing else (0.0,):
            opacity = FAINT if smoothing != self.view.smoothing else 1
            for series in self.view.series:
                if series.band is not None and self.view.spread == "band":
                    continue
                points = line(series.points.curve(smoothing, self.view.y), self.x, self.y)
                yield (
                    f'<polyline points="{self.path(points)}" stroke-width="1.5" '
                    f'stroke="{self.colour(series.colour)}" stroke-opacity="{opacity}"/>'
                )
        yield "</g>"

    def notes(self) -> Iterator[str]:
        """Reference lines, onset marks, seams, the letters of the lines."""
        for reference in self.view.lines():
            at = self.up(reference.y)
            if TOP <= at <= self.bottom:
                yield self.line(LEFT, at, self.right, at, "6 4")
                yield self.text(self.right - 4, at - 4, reference.label, "end")
        for x, label in (
            *((mark.x, mark.letter) for mark in self.view.marks),
            *((seam, "") for seam in self.view.seams()),
        ):
            if self.x.scale is Scale.LOG and x <= 0.0:
                continue
            at = self.across(x)
            if LEFT <= at <= self.right:
                yield self.line(at, TOP, at, self.bottom, "2 3" if label else "7 2")
                yield self.text(at, self.bottom - 4, label, "middle")
        lines = zip(self.view.series, self.view.curves(), strict=True)
        for number, (series, curve) in enumerate(lines):
            # Each a little to the left of the one before: where lines meet, their letters do not.
            place = LETTERED - 0.04 * number % LETTERED
            near = [one for one in line(curve, self.x, self.y) if one[0] <= place * self.x.dots]
            if near:
                x, y = near[-1]
                at = self.bottom - 1 - y - 6
                yield self.text(LEFT + x, at, series.mark, "middle", series.colour)

    def legend(self, title: str) -> Iterator[str]:
        words = [f'<tspan font-weight="bold">{escape(title)}</tspan>'] if title else []
        words += [
            f'<tspan dx="14" fill="{self.colour(one.colour)}">'
            f'<tspan font-weight="bold">{escape(one.mark)}</tspan> {escape(one.title)}</tspan>'
            for one in self.view.series
        ]
        yield f'<text x="{LEFT}" y="18" fill="{self.paper.ink}">{"".join(words)}</text>'
        if self.view.smoothing:
            yield self.text(self.right, 34, self.view.words(), "end")

    def path(self, points: Sequence[Point]) -> str:
        return " ".join(f"{LEFT + x:.1f},{self.bottom - 1 - y:.1f}" for x, y in points)

    def line(self, x1: float, y1: float, x2: float, y2: float, dashes: str = "") -> str:
        stroke = f' stroke-dasharray="{dashes}"' if dashes else ""
        colour = self.paper.ink if dashes else self.paper.rule
        return (
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="1"{stroke}/>'
        )

    def text(self, x: float, y: float, words: str, anchor: str, colour: int | None = None) -> str:
        fill = self.paper.ink if colour is None else self.colour(colour)
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">'
            f"{escape(words)}</text>"
        )


def y_ticks(view: ChartView, y: Axis) -> list[Tick]:
    """Fractions shown in per cent get their round values in per cent."""
    unit = 100.0 if view.percent else 1.0
    scaled = Axis(y.scale, y.low * unit, y.high * unit, y.dots)
    return [Tick(tick.value / unit, tick.label) for tick in ticks(scaled, APART[1])]


def line(curve: Pyramid, x: Axis, y: Axis) -> list[Point]:
    """A curve within the limits of x as places on the axes: every point, or where they are many
    the first, least, greatest and last of each column of dots."""
    xs, ys = curve.xs, curve.ys
    first = bisect_right(xs, 0.0) if x.scale is Scale.LOG else 0
    start = max(first, bisect_left(xs, x.low) - 1)
    stop = min(len(xs), bisect_right(xs, x.high) + 1)
    if stop - start <= DENSE * x.dots:
        return [(x.place(xs[n]), y.place(ys[n])) for n in range(start, stop)]
    found: list[Point] = []
    columns = curve.columns(x.edges)
    for number, begin, end, low, high in zip(*columns, strict=True):
        values = (ys[begin], low, high, ys[end - 1])
        found += [(float(number), y.place(value)) for value in dict.fromkeys(values)]
    return found


def as_csv(view: ChartView) -> str:
    """Every point of every line within the limits of x: `line,x,y`, and `smoothed` where it is."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["line", "x", "y", *(["smoothed"] if view.smoothing else [])])
    window = view.x_window or view.x_fit()
    for series in view.series:
        raw = series.points.raw
        rows: list[Pyramid] = [raw]
        if view.smoothing:
            rows.append(series.points.curve(view.smoothing, Scale.LINEAR))
        for n in range(bisect_left(raw.xs, window.low), bisect_right(raw.xs, window.high)):
            writer.writerow([series.title, shown(raw.xs[n]), *(shown(one.ys[n]) for one in rows)])
    return out.getvalue()


def shown(value: float) -> str:
    """So that reading it gives the same number; whole ones without a point."""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
