"""Compare: what differs between cells or runs, their curves, and what came out of each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from textual import work
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget
from textual.worker import get_current_worker

from mobius_core.analysis.seed_band import SeedBand
from mobius_core.config.trial import in_per_cent
from mobius_core.runs.run import Run
from mobius_tui import keys
from mobius_tui.charts import palette
from mobius_tui.charts.scale import Scale
from mobius_tui.charts.series import Points, Series
from mobius_tui.charts.view import Mark
from mobius_tui.keys import Hint
from mobius_tui.model import LabView, in_file_order
from mobius_tui.screens.base import LabScreen
from mobius_tui.screens.compare_reader import Compared, Comparer, Comparison
from mobius_tui.screens.compare_words import (
    SideRow,
    columns_of,
    notes,
    outcome_table,
    setting_table,
)
from mobius_tui.screens.legend import legend
from mobius_tui.screens.metric_choice import choose_metric
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, line
from mobius_tui.widgets.table import Table
from mobius_tui.widgets.words import Words

FIRST = ("test_acc", "test_loss", "train_acc", "train_loss")
"""Metrics of which the first that is there is shown."""
SOME_TIME = 0.3
"""Seconds between two drawings of curves as they come: those of 20 sides take 30 ms to draw."""
NOTHING = (
    "Nothing to compare yet.",
    "2 shows the runs: space marks some, d sets them beside each other.",
    "On a single run d compares it with the control of its experiment.",
)


class CompareScreen(LabScreen):
    BINDINGS = keys.bindings("compare")
    HERE = "Compare"
    FOCUS = "#curves"
    HINTS = (
        Hint(("metric",)),
        Hint(("baseline",)),
        Hint(("other_view",), "all keys"),
        Hint(("write",)),
        Hint(("next_pane",), "pane"),
        Hint(("log_x", "log_y"), "log axes"),
        Hint(("cursor_left", "cursor_right"), "cursor"),
        Hint(("back",)),
        Hint(("help",)),
    )

    def __init__(self) -> None:
        super().__init__()
        self._asked: object = None
        self._baseline = 0
        self._all_keys = False
        self._comparer = Comparer()
        self._found = Comparison()
        self._came: list[SideRow] = []
        """the table of what came out, 12 ms for a thousand runs"""
        self._points: dict[tuple[str, str], Points] = {}

    def body(self) -> Iterable[Widget]:
        yield Pane(Words(id="nothing"), title="Compare", id="nothing-pane")
        with Container(id="above", classes="row"):
            yield Pane(Chart(charset=self.lab_app.charset, id="curves"), id="curves-pane")
            yield Pane(Words(id="notes"), title="notes", id="notes-pane")
        differs: Table[SideRow] = Table((), lambda row: row.key, id="differs")
        yield Pane(differs, title="what differs", id="differs-pane")
        came: Table[SideRow] = Table((), lambda row: row.key, id="came")
        yield Pane(came, title="what came out", id="came-pane")

    def compared(self, view: LabView) -> Sequence[Run]:
        """The runs that were chosen, else those of the experiment last looked at."""
        chosen = [run for run_id in self.habits.compared if (run := view.run(run_id)) is not None]
        if chosen:
            return chosen
        subject = view.experiment(self.habits.subject)
        return [] if subject is None else in_file_order(view, subject.runs)

    def see(self, view: LabView) -> None:
        runs = self.compared(view)
        self.set_class(len(runs) < 2, "-empty")
        if len(runs) < 2:
            self.query_one("#nothing", Words).show(
                lambda width: [line(Cell(sentence, "dim")) for sentence in NOTHING]
            )
            return
        asked = [(run.id, run.state, run.result is None) for run in runs]
        if asked != self._asked:
            self._asked = asked
            self._compare(runs)

    @work(thread=True, exclusive=True, group="compare", description="compare")
    def _compare(self, runs: Sequence[Run]) -> None:
        """Once, and while a run of them is live again at each look at this screen."""
        worker = get_current_worker()
        baseline, is_live = self._baseline, any(run.state.is_live for run in runs)
        while True:
            due, found = 0.0, None
            for found in self._comparer.compare(runs, baseline):
                if worker.is_cancelled:
                    return
                if time.monotonic() >= due:
                    self.post_message(Compared(found))
                    due, found = time.monotonic() + SOME_TIME, None
            if found is not None:
                self.post_message(Compared(found))
            if not is_live or not self._wait_until_seen():
                return

    def _wait_until_seen(self) -> bool:
        """For the next look, and on while another screen is shown; False at the end."""
        while self.lab_app.wait_for_look():
            if get_current_worker().is_cancelled:
                return False
            if self.is_current:
                return True
        return False

    def on_compared(self, message: Compared) -> None:
        before, self._found = self._found, message.found
        if message.found.sides != before.sides:
            self._points.clear()
            self._set_axes(message.found)
        self._draw()
        if message.found.outcomes is before.outcomes:
            self._show_notes()  # more curves of the same comparison: the tables stand
        else:
            self._came = outcome_table(message.found)
            self._show_tables()

    def _set_axes(self, found: Comparison) -> None:
        kinds = {run.trial.kind for side in found.sides for run in side.runs}
        chart = self.query_one("#curves", Chart)
        x = Scale.LOG if kinds <= set(self.habits.x_log) else Scale.LINEAR
        chart.view = replace(chart.view, x=x, x_window=None, cursor=None)

    # Curves

    @property
    def metric(self) -> str:
        names = self._found.bands
        for name in (self.habits.compare_metric, *FIRST, *names):
            if name in names:
                return name
        return ""

    def _draw(self) -> None:
        chart = self.query_one("#curves", Chart)
        kinds = {run.trial.kind for side in self._found.sides for run in side.runs}
        is_share = self.metric.endswith("_acc")
        chart.show(
            self._series(),
            marks=self._marks(),
            y_home=(0.0, 1.0) if is_share and kinds == {"modular"} else None,
            percent=all(in_per_cent(kind, self.metric) for kind in kinds),
        )
        self._title()

    def _series(self) -> list[Series]:
        """A line a side: the run, or the median of its seeds."""
        metric = self.metric
        series = []
        for place, side in enumerate(self._found.sides):
            bands = self._found.bands.get(metric, ())
            band = bands[place] if place < len(bands) else None
            if band is None:
                continue
            points = self._points.setdefault((metric, side.letter), Points())
            points.follow(band.steps, band.median, edition=band.edition, lasting=True)
            colour = place % palette.COLOURS
            spread = self._spread_of(metric, side.letter, band) if len(side.runs) > 1 else None
            series.append(Series(side.name, side.letter, colour, points, band=spread))
        return series

    def _spread_of(self, metric: str, letter: str, band: SeedBand) -> tuple[Points, Points]:
        """The least and the greatest of the seeds."""
        low, high = (
            self._points.setdefault((metric, f"{letter} {end}"), Points())
            for end in ("low", "high")
        )
        low.follow(band.steps, band.low, edition=band.edition, lasting=True)
        high.follow(band.steps, band.high, edition=band.edition, lasting=True)
        return low, high

    def _marks(self) -> list[Mark]:
        """Where half of each side had generalised."""
        known = next(
            (one for one in self._found.outcomes if one.measure.name == "generalised"), None
        )
        if known is None:
            return []
        sides = zip(self._found.sides, known.sides, strict=True)
        return [
            Mark(one.value, side.letter, place % palette.COLOURS)
            for place, (side, one) in enumerate(sides)
            if one.value is not None
        ]

    def _title(self) -> None:
        chart = self.query_one("#curves", Chart)
        common = (self.metric or "no metrics yet", "bold $foreground")
        lines = legend(chart.view.series, dark=self.app.current_theme.dark)
        most = max((len(side.runs) for side in self._found.sides), default=0)
        what = f"median of {most}   " if most > 1 else ""
        pane = self.query_one("#curves-pane", Pane)
        pane.entitle(Content.assemble(common, "  ", lines), f"{what}{chart.view.words()}")

    def on_chart_looked(self, message: Chart.Looked) -> None:
        self._title()
        self._show_notes()

    # Tables

    def _show_tables(self) -> None:
        found = self._found
        rows = setting_table(found, every=self._all_keys)
        equal = sum(not one.differs for one in found.settings)
        differing = len(found.settings) - equal
        state = f"{differing} of {len(found.settings)} keys"
        if not self._all_keys:
            state += f"   {equal} equal: v shows them"
        columns = columns_of(found, [*rows, *self._came])
        for name, of_table in (("differs", rows), ("came", self._came)):
            table: Table[SideRow] = self.query_one(f"#{name}", Table)
            table.show_columns(columns)
            table.show(of_table)
        self.query_one("#differs-pane", Pane).entitle("what differs", state)
        against = found.sides[found.baseline].letter if found.sides else ""
        self.query_one("#came-pane", Pane).entitle(
            "what came out", f"median [95 %], differences from {against} paired by seed"
        )
        self._show_notes()

    def _show_notes(self) -> None:
        found, view = self._found, self.query_one("#curves", Chart).view
        title = "newest values" if view.cursor is None else f"at step {view.cursor:g}"
        self.query_one("#notes-pane", Pane).entitle(title)
        self.query_one("#notes", Words).show(lambda width: notes(found, view, width))

    # Keys

    def action_metric(self) -> None:
        choose_metric(self.app, list(self._found.bands), self.metric, self._set_metric)

    def _set_metric(self, name: str) -> None:
        self.remember(compare_metric=name)
        self._draw()
        self._show_notes()

    def action_bands(self) -> None:
        chart = self.query_one("#curves", Chart)
        chart.view = chart.view.next_spread()

    def action_baseline(self) -> None:
        if self._found.sides:
            self._baseline = (self._found.baseline + 1) % len(self._found.sides)
            self._asked = None
            self.see(self.view)
            self.say(f"baseline {self._found.sides[self._baseline].name}")

    def action_other_view(self) -> None:
        self._all_keys = not self._all_keys
        self._show_tables()

    def copied(self) -> str:
        return " ".join(run.id for side in self._found.sides for run in side.runs)
