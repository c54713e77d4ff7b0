"""CPU milliseconds of charts and logs: `python -m benchmarks.charts [LOG_MEGABYTES]`.

A chart of 120x30 cells with three curves, the best of several redraws; then a generated log.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textual.app import App, ComposeResult

from mobius_core.metrics.log_filter import LogFilter
from mobius_core.metrics.log_index import LogIndex
from mobius_core.metrics.log_search import Needle
from mobius_tui.charts.charset import BRAILLE
from mobius_tui.charts.draw import draw
from mobius_tui.charts.scale import Scale
from mobius_tui.charts.series import Points, Series
from mobius_tui.charts.view import ChartView
from mobius_tui.widgets.chart import Chart

WIDTH, HEIGHT = 120, 30
LENGTHS = (1_000, 100_000, 1_000_000)
REPEATS = 15
FIRST_SLICE = 1 << 25


def milliseconds(work: Callable[[], object], repeats: int = 1) -> float:
    best = math.inf
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1e3


def curves(length: int) -> list[list[float]]:
    draws = random.Random(0)
    return [
        [math.exp(-5 * i / length) + draws.gauss(0, 0.05) + 0.3 * k for i in range(length)]
        for k in range(3)
    ]


def bench_drawing(length: int) -> None:
    values, steps = curves(length), list(range(1, length + 1))
    points: list[Points] = []
    build = milliseconds(lambda: points.extend(Points.of(steps, ys) for ys in values))
    series = [Series(f"s{k}", "abc"[k], k, points[k]) for k in range(3)]
    view = ChartView(tuple(series))
    views = {
        "linear": view,
        "log x": replace(view, x=Scale.LOG),
        "log y": replace(view, y=Scale.LOG),
        "smoothed": replace(view, smoothing=0.9),
    }
    words = [f"pyramids {build:.0f}"]
    for name, one in views.items():
        first = milliseconds(lambda: draw(one, WIDTH, HEIGHT, BRAILLE))  # noqa: B023
        again = milliseconds(lambda: draw(one, WIDTH, HEIGHT, BRAILLE), REPEATS)  # noqa: B023
        words.append(f"{name} {again:.2f} (first {first:.0f})")
    print(f"draw   3 x {length:>9,}: {', '.join(words)}")
    asyncio.run(bench_widget(length, series, values))


class ChartApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Chart()


async def bench_widget(length: int, series: list[Series], values: list[list[float]]) -> None:
    app = ChartApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        chart = app.query_one(Chart)
        chart.show(series)
        await pilot.pause()
        steps = list(range(1, length + 1))

        def grow() -> None:
            for one, ys in zip(series, values, strict=True):
                one.points.follow(steps, ys)
            chart.show(series)

        new = math.inf
        for _ in range(REPEATS):
            steps.append(steps[-1] + 1)
            for ys in values:
                ys.append(0.5)
            new = min(new, milliseconds(grow))
        same = milliseconds(lambda: chart.show(series), REPEATS)
        size = sum(len(chart.render_line(y).render(app.console)) for y in range(HEIGHT))
    print(
        f"widget 3 x {length:>9,}: a new point each {new:.2f}, nothing new {same:.3f}, "
        f"{size:,} characters in full"
    )


def bench_log(megabytes: int) -> None:
    line = b"14:01:%02d step %7d  train .9876 .0012  test .9912 .108  and words to make it longer\n"
    block = b"".join(line % (i % 60, i) for i in range(10_000))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.txt"
        with path.open("wb") as file:
            for _ in range(megabytes * 1_000_000 // len(block)):
                file.write(block)
            file.write(b"the needle\n")
        index = LogIndex(path)
        first = milliseconds(lambda: (index.refresh(FIRST_SLICE), index.ending(HEIGHT)))
        rest = milliseconds(index.refresh)
        print(f"log    {megabytes} MB: its end {first:.1f}, numbered {rest:.0f}")
        for text in ("the needle", "The Needle"):
            took = milliseconds(lambda: Needle(text).after(path, 0, index.size))  # noqa: B023
            print(f"log    search {text!r}: {took:.0f}, {index.size / 1e3 / took:,.0f} MB/s")
        only = LogFilter(index, "warn")
        print(f"log    only warn: {milliseconds(lambda: only.refresh(index.size)):.0f}")
        index.close()


if __name__ == "__main__":
    for points_each in LENGTHS:
        bench_drawing(points_each)
    bench_log(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
