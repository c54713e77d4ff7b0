"""The other charts for Textual, doing the same in the same run: optional, for comparison only."""

from __future__ import annotations

import asyncio
import importlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from mobius_tui.bench.drawing import HEIGHT, WIDTH, noisy
from mobius_tui.bench.figure import Figure
from mobius_tui.charts.limits import Window
from mobius_tui.charts.series import Points, Series
from mobius_tui.widgets.chart import Chart

POINTS: Final = 10_000
ROUNDS: Final = 5
FIRST_TARGET, REDRAW_TARGET = 20.0, 50.0

Curves = list[list[float]]


@dataclass(frozen=True, slots=True)
class Way:
    """A chart and how its users give it points, and other limits of x to look at."""

    make: Callable[[], Widget]
    feed: Callable[[Any, list[int], Curves], None]
    look: Callable[[Any, float, float], None]


def figures() -> Iterator[Figure]:
    """How many times ours theirs is; the rounds take turns, the least of each counts."""
    steps, curves = list(range(1, POINTS + 1)), noisy(POINTS)
    ways = {"ours": OURS, **{name: way for name in RIVALS if (way := theirs(name))}}
    firsts = dict.fromkeys(ways, math.inf)
    redraws = dict.fromkeys(ways, math.inf)
    for _ in range(ROUNDS):
        for name, way in ways.items():
            first, redraw = asyncio.run(drawn(way, steps, curves))
            firsts[name], redraws[name] = min(firsts[name], first), min(redraws[name], redraw)
    for name in ways:
        if name == "ours":
            continue
        for what, took, target in (
            ("first draw", firsts, FIRST_TARGET),
            ("redraw", redraws, REDRAW_TARGET),
        ):
            note = f"{took[name]:.1f} ms beside {took['ours']:.2f}"
            ratio = took[name] / took["ours"]
            label = f"{what} of 3 x {POINTS:,} points, {name}"
            yield Figure(label, ratio, "times ours", target, least=True, note=note)


def absent() -> list[str]:
    """What is not measured here, a sentence each."""
    return [f"{name} is not installed: pip install {name}" for name in RIVALS if not theirs(name)]


class Holder(App[None]):
    def __init__(self, make: Callable[[], Widget]) -> None:
        super().__init__()
        self._make = make

    def compose(self) -> ComposeResult:
        yield self._make()


async def drawn(way: Way, steps: list[int], curves: Curves) -> tuple[float, float]:
    """CPU milliseconds from points to lines of cells, and from other limits of x to them.

    Widgets are asked for their lines directly: what Textual does around them is the same for all.
    """
    app = Holder(way.make)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        chart = app.screen.children[0]
        begun = time.process_time_ns()
        way.feed(chart, steps, curves)
        render(chart)
        first = time.process_time_ns()
        way.look(chart, POINTS / 100, POINTS * 0.99)
        render(chart)
        return (first - begun) / 1e6, (time.process_time_ns() - first) / 1e6


def render(chart: Widget) -> None:
    for widget in chart.walk_children(Widget, with_self=True):
        widget.refresh()
        widget.render_lines(Region(0, 0, *widget.size))


def feed_ours(chart: Chart, steps: list[int], curves: Curves) -> None:
    chart.show([Series(f"s{n}", "abc"[n], n, Points.of(steps, ys)) for n, ys in enumerate(curves)])


def look_ours(chart: Chart, low: float, high: float) -> None:
    chart.view = replace(chart.view, x_window=Window(low, high))


OURS: Final = Way(Chart, feed_ours, look_ours)


def plotext() -> Way:
    def feed(chart: Any, steps: list[int], curves: Curves) -> None:
        for ys in curves:
            chart.plt.plot(steps, ys, marker="braille")

    return Way(
        importlib.import_module("textual_plotext").PlotextPlot,
        feed,
        lambda chart, low, high: chart.plt.xlim(low, high),
    )


def plot() -> Way:
    mode = importlib.import_module("textual_hires_canvas").HiResMode.BRAILLE

    def feed(chart: Any, steps: list[int], curves: Curves) -> None:
        for ys in curves:
            chart.plot(steps, ys, hires_mode=mode)

    return Way(
        importlib.import_module("textual_plot").PlotWidget,
        feed,
        lambda chart, low, high: chart.set_xlimits(low, high),
    )


RIVALS: Final[dict[str, Callable[[], Way]]] = {"textual-plotext": plotext, "textual-plot": plot}


def theirs(name: str) -> Way | None:
    """The way of a package, where it is installed."""
    try:
        return RIVALS[name]()
    except ImportError:
        return None
