"""The charts of the Run screen: one group of metrics large, the following ones small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mobius_core.config.trial import in_per_cent
from mobius_core.runs.run import Run
from mobius_tui.charts.cursor import Reading, readings
from mobius_tui.charts.scale import Scale
from mobius_tui.habits import Habits
from mobius_tui.screens.run_charts import Group, onset_marks, references
from mobius_tui.screens.run_reader import RunData
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.pane import Pane


class Board:
    """Charts and the panes around them, the large one first."""

    def __init__(self, charts: Sequence[Chart], panes: Sequence[Pane]) -> None:
        self._charts = charts
        self._panes = panes
        self._first = 0
        self.groups: list[Group] = []

    @property
    def main(self) -> Chart:
        return self._charts[0]

    @property
    def titles(self) -> list[str]:
        return [group.title for group in self.groups]

    @property
    def title(self) -> str:
        """Of the group that is shown large."""
        return self.groups[self._first % len(self.groups)].title if self.groups else ""

    def choose(self, title: str) -> None:
        self._first = self.titles.index(title) if title in self.titles else 0

    def set_up(self, run: Run, habits: Habits) -> None:
        """Axes and smoothing as somebody left them for runs of this kind."""
        kind = run.trial.kind
        x = Scale.LOG if kind in habits.x_log else Scale.LINEAR
        y = Scale.LOG if kind in habits.y_log else Scale.LINEAR
        for chart in self._charts:
            own = y if chart is self.main else chart.view.y
            fresh = replace(chart.view, x=x, y=own, smoothing=habits.smoothing)
            chart.view = replace(fresh, x_window=None, cursor=None)

    def left(self, run: Run, habits: Habits) -> Habits:
        """The habits with the axes of the large chart as they are now."""
        kind, view = run.trial.kind, self.main.view
        return replace(
            habits,
            x_log=toggled(habits.x_log, kind, view.x is Scale.LOG),
            y_log=toggled(habits.y_log, kind, view.y is Scale.LOG),
            smoothing=view.smoothing,
        )

    def draw(self, run: Run, data: RunData, *, dark: bool) -> None:
        for place, (chart, pane) in enumerate(zip(self._charts, self._panes, strict=True)):
            group = self._group(place)
            draw_group(chart, group, run, data)
            pane.set_class(group is None, "-empty")
        self.entitle(dark=dark)

    def _group(self, place: int) -> Group | None:
        count = len(self.groups)
        return self.groups[(self._first + place) % count] if place < count else None

    def entitle(self, *, dark: bool) -> None:
        count = len(self.groups)
        for place, (chart, pane) in enumerate(zip(self._charts, self._panes, strict=True)):
            group = self._group(place)
            which = f"   {self._first + 1} of {count}" if place == 0 and count else ""
            title = "no metrics yet" if group is None else group.legend(dark=dark)
            pane.entitle(title, f"{chart.view.words()}{which}")

    def link(self, looked: Chart) -> None:
        """All charts have the cursor of the one that was looked at."""
        cursor = looked.view.cursor
        for chart in self._charts:
            if chart.view.cursor != cursor:
                chart.view = replace(chart.view, cursor=cursor)

    def readings(self) -> list[Reading]:
        """Every metric at the cursor of the large chart, whichever charts show them."""
        view = self.main.view
        return [
            reading
            for group in self.groups
            for reading in readings(replace(view, series=group.series))
        ]


def draw_group(chart: Chart, group: Group | None, run: Run, data: RunData) -> None:
    if group is None:
        chart.show(())
        return
    kind = run.trial.kind
    chart.show(
        group.series,
        marks=onset_marks(run, data.curves),
        references=references(run, group.title, data.curves),
        y_home=(0.0, 1.0) if group.is_share and kind == "modular" else None,
        percent=in_per_cent(kind, group.series[0].name),
    )


def toggled(kinds: tuple[str, ...], kind: str, wanted: bool) -> tuple[str, ...]:
    rest = tuple(one for one in kinds if one != kind)
    return (*rest, kind) if wanted else rest
