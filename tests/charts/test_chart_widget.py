"""The chart under a real app: its keys, what it redraws, and what it looks like without colour."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from mobius_tui.charts.charset import ASCII
from mobius_tui.charts.limits import Window
from mobius_tui.charts.palette import DARK, LIGHT
from mobius_tui.charts.scale import Scale
from mobius_tui.charts.series import Points, Series
from mobius_tui.charts.view import ChartView, Mark, Reference
from mobius_tui.widgets.chart import Chart
from tests.quiet import quietly

SIZE = (60, 12)


class SeenChart(Chart):
    """A chart that notes which regions it asks to be repainted."""

    asked: list[Region]

    def refresh(self, *regions: Region, **options: Any) -> SeenChart:
        self.asked = [*getattr(self, "asked", []), *regions]
        return super().refresh(*regions, **options)


class ChartApp(App[None]):
    """Nothing but a chart, and how often it said that it was looked at."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self.chart = chart
        self.looked = 0

    def compose(self) -> ComposeResult:
        yield self.chart

    def on_mount(self) -> None:
        self.chart.focus()

    def on_chart_looked(self, message: Chart.Looked) -> None:
        assert message.control is self.chart
        self.looked += 1


@pytest.fixture
def points() -> Points:
    return Points.of(range(1, 101), [step / 100 for step in range(1, 101)])


@pytest.fixture
def curves(points: Points) -> list[Series]:
    fall = Points.of(range(1, 101), [1 - step / 100 for step in range(1, 101)])
    return [Series("train_acc", "a", 0, points), Series("test_acc", "b", 1, fall)]


@pytest.fixture(autouse=True)
def colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TEXTUAL_THEME", raising=False)


def picture(chart: Chart) -> list[str]:
    return [chart.render_line(y).text for y in range(chart.size.height)]


def colours_of(chart: Chart) -> set[str]:
    return {
        segment.style.color.name
        for y in range(chart.size.height)
        for segment in chart.render_line(y)
        if segment.style and segment.style.color
    }


async def test_every_key_changes_the_view(curves: list[Series]) -> None:
    chart = Chart()
    app = ChartApp(chart)
    async with quietly(app, SIZE) as pilot:
        chart.show(curves, references=[Reference(0.5, "base")], marks=[Mark(50, "g")])
        await pilot.pause()
        assert any("base" in row for row in picture(chart))
        drawn = {tuple(picture(chart))}
        for key in ("x", "y", "s", "l", "h", "H", "plus", "r"):
            before = chart.view
            await pilot.press(key)
            assert chart.view != before, key
            drawn.add(tuple(picture(chart)))
        assert len(drawn) == 9
        assert app.looked == 8
        assert (chart.view.x, chart.view.y, chart.view.smoothing) == (Scale.LOG, Scale.LOG, 0.6)
        await pilot.press("minus", "x", "y", "f", "s", "s", "s", "r", "r")
        assert chart.view.x_window is None
        assert chart.view.cursor is None
        assert tuple(picture(chart)) in drawn


async def test_the_cursor_reads_all_lines(curves: list[Series]) -> None:
    chart = Chart()
    async with quietly(ChartApp(chart), SIZE) as pilot:
        chart.show(curves)
        assert [reading.value for reading in chart.readings] == [1.0, 0.0]
        await pilot.press("h", "h", "h")
        assert chart.view.cursor is not None
        step = int(chart.view.cursor)
        assert 90 < step < 100
        assert [reading.value for reading in chart.readings] == [step / 100, 1 - step / 100]
        await pilot.press("L", "L", "right")
        assert chart.view.cursor == 100


async def test_keys_at_the_end_of_their_way_say_nothing(curves: list[Series]) -> None:
    chart = Chart()
    app = ChartApp(chart)
    async with quietly(app, SIZE) as pilot:
        chart.show(curves)
        await pilot.press("f", "minus")
        assert app.looked == 0


async def test_nothing_new_is_not_drawn_again(curves: list[Series], points: Points) -> None:
    chart = SeenChart()
    async with quietly(ChartApp(chart), SIZE) as pilot:
        chart.show(curves, y_home=(0, 1))
        await pilot.pause()
        before = [chart.render_line(y) for y in range(SIZE[1])]
        chart.asked = []
        chart.show(curves, y_home=(0, 1))
        await pilot.pause()
        assert chart.asked == []
        assert all(chart.render_line(y) is strip for y, strip in enumerate(before))


async def test_a_new_point_repaints_the_rows_it_changes(points: Points) -> None:
    chart = SeenChart()
    line = Series("test_acc", "b", 1, points)
    async with quietly(ChartApp(chart), SIZE) as pilot:
        chart.view = ChartView(x_window=Window(0, 200))
        chart.show([line], y_home=(0, 1))
        await pilot.pause()
        before, strips = picture(chart), [chart.render_line(y) for y in range(SIZE[1])]
        chart.asked = []
        points.follow([*range(1, 101), 110], [*points.raw.ys, 1.0])
        chart.show([line], y_home=(0, 1))
        after = picture(chart)
        changed = {y for y in range(SIZE[1]) if before[y] != after[y]}
        assert {region.y for region in chart.asked} == changed
        assert 0 < len(changed) < SIZE[1] / 2
        made = {y for y, strip in enumerate(strips) if chart.render_line(y) is not strip}
        assert made == changed
        assert {(region.x, region.width, region.height) for region in chart.asked} == {(0, 60, 1)}


async def test_resizing_and_showing_nothing(curves: list[Series]) -> None:
    chart = Chart()
    async with quietly(ChartApp(chart), SIZE) as pilot:
        chart.show(curves)
        for width, height in ((100, 30), (20, 5), (3, 2), (60, 12)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert [len(row) for row in picture(chart)] == [width] * chart.size.height
        chart.show(())
        assert not any("⠀" < letter <= "⣿" for row in picture(chart) for letter in row)


async def test_colours_follow_the_theme(curves: list[Series]) -> None:
    chart = Chart()
    app = ChartApp(chart)
    async with quietly(app, SIZE) as pilot:
        chart.show(curves)
        await pilot.pause()
        assert set(DARK[:2]) <= colours_of(chart)
        app.theme = "textual-light"
        await pilot.pause()
        assert set(LIGHT[:2]) <= colours_of(chart)
        app.theme = "ansi-dark"
        await pilot.pause()
        assert {"cyan", "yellow"} <= colours_of(chart)
        assert not any(name.startswith("#") for name in colours_of(chart))


async def test_letters_where_there_is_no_colour(
    curves: list[Series], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    chart = Chart()
    async with quietly(ChartApp(chart), SIZE) as pilot:
        chart.show(curves)
        await pilot.pause()
        drawn = "".join(row[6:] for row in picture(chart)[:-1])
        assert drawn.count("a") >= 2
        assert drawn.count("b") >= 2


async def test_ascii(curves: list[Series]) -> None:
    chart = Chart(charset=ASCII)
    async with quietly(ChartApp(chart), SIZE) as pilot:
        chart.show(curves)
        await pilot.pause()
        assert "".join(picture(chart)).isascii()
        assert "a" in picture(chart)[0]
