"""What a chart costs: drawn from its pyramids, and when a point is new."""

from __future__ import annotations

import asyncio
import math
import random
import statistics
from collections.abc import Iterator
from typing import Final

from textual.app import App, ComposeResult

from mobius_tui.bench.figure import Figure, milliseconds
from mobius_tui.charts.charset import BRAILLE
from mobius_tui.charts.draw import draw
from mobius_tui.charts.series import Points, Series
from mobius_tui.charts.view import ChartView
from mobius_tui.widgets.chart import Chart

WIDTH, HEIGHT = 120, 30
LINES: Final = 3
REPEATS: Final = 15
NEW: Final = 60
TARGETS: Final = {1_000: 4.0, 100_000: 4.0, 1_000_000: 5.0}
NEW_TARGET: Final = 2.0


def figures() -> Iterator[Figure]:
    for length, target in TARGETS.items():
        steps, curves = list(range(1, length + 1)), noisy(length)
        series = [Series(f"s{n}", "abc"[n], n, Points.of(steps, ys)) for n, ys in enumerate(curves)]
        view = ChartView(tuple(series))
        redraw = milliseconds(lambda: draw(view, WIDTH, HEIGHT, BRAILLE), REPEATS)  # noqa: B023
        name = f"{WIDTH}x{HEIGHT}, {LINES} x {length:,} points"
        yield Figure(f"redraw {name}", redraw, "ms", target)
        took = asyncio.run(growing(series, steps, curves))
        note = f"median of {NEW}, mean {statistics.mean(took):.2f}"
        new = statistics.median(took)
        yield Figure(f"a new point each, {name}", new, "ms", NEW_TARGET, note=note)


def noisy(length: int) -> list[list[float]]:
    """Curves that fall with noise, so that every column has a range to draw."""
    draws = random.Random(0)
    return [
        [math.exp(-5 * i / length) + draws.gauss(0, 0.05) + 0.3 * n for i in range(length)]
        for n in range(LINES)
    ]


class ChartApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Chart()


async def growing(series: list[Series], steps: list[int], curves: list[list[float]]) -> list[float]:
    """Milliseconds of a widget each time it takes one more point a curve; now and then one is the
    first beyond the axis, which is lengthened, and everything is drawn anew."""
    app = ChartApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        chart = app.query_one(Chart)
        chart.show(series)
        await pilot.pause()

        def grow() -> None:
            for one, ys in zip(series, curves, strict=True):
                one.points.follow(steps, ys)
            chart.show(series)

        took = []
        for _ in range(NEW):
            steps.append(steps[-1] + 1)
            for ys in curves:
                ys.append(ys[-1])
            took.append(milliseconds(grow))
    return took
