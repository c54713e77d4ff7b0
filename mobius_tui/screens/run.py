"""One run: its curves, its log, what it was asked and what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from textual import work
from textual.containers import Container
from textual.widget import Widget
from textual.worker import get_current_worker

from mobius_core.runs.folder import RunFolder
from mobius_core.runs.run import Run
from mobius_tui import keys
from mobius_tui.charts.cursor import Reading, readings
from mobius_tui.charts.scale import Scale
from mobius_tui.keys import Hint
from mobius_tui.model import LabView
from mobius_tui.screens import run_words
from mobius_tui.screens.run_charts import Curves, Group, onset_marks, references
from mobius_tui.screens.run_questions import RunQuestions
from mobius_tui.screens.run_reader import RunData, RunRead, RunReader
from mobius_tui.screens.wording import state_cell
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.log_view import LogView
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, Line
from mobius_tui.widgets.tab_rule import TabRule
from mobius_tui.widgets.words import Words

FOCUS: Final = {
    "Charts": "#chart",
    "Log": "#log",
    "Config": "#config",
    "Events": "#events",
    "Env": "#env",
}
"""Tab -> what has the focus in it."""
TABS: Final = tuple(FOCUS)
SMALL: Final = ("small-0", "small-1", "small-2")
"""Further charts, below the main one where there is room."""
READOUT: Final = 26
"""Cells of one value of the readout where several stand side by side."""
SIDE_BY_SIDE: Final = 60
"""Width from which the facts stand beside each other instead of below."""

CHART_HINTS: Final = (
    Hint(("log_x", "log_y"), "log axes"),
    Hint(("smooth",)),
    Hint(("metric",)),
    Hint(("cursor_left", "cursor_right"), "cursor"),
    Hint(("zoom_in", "zoom_out"), "zoom"),
    Hint(("fit",), "live"),
    Hint(("previous_tab", "next_tab"), "tab"),
    Hint(("stop",)),
    Hint(("help",)),
)
LOG_HINTS: Final = (
    Hint(("search",)),
    Hint(("next_match", "previous_match"), "match"),
    Hint(("fit",), "follow"),
    Hint(("wrap",)),
    Hint(("zoom_pane",)),
    Hint(("previous_tab", "next_tab"), "tab"),
    Hint(("back",)),
    Hint(("help",)),
)
TEXT_HINTS: Final = (
    Hint(("previous_tab", "next_tab"), "tab"),
    Hint(("previous_run", "next_run"), "run"),
    Hint(("stop",)),
    Hint(("kill",)),
    Hint(("make_run",), "resume or retry"),
    Hint(("back",)),
    Hint(("help",)),
)


class RunScreen(RunQuestions):
    BINDINGS = keys.bindings("run")
    HERE = "Runs"

    def __init__(self, run: Run, among: Sequence[Run] = (), *, tab: str = "Charts") -> None:
        super().__init__(classes=f"-{tab.lower()}")
        self.run = run
        self._among = [one.id for one in among] or [run.id]
        self._tab = tab
        self._main = 0
        self._data = RunData()
        self._curves = Curves()
        self._groups: list[Group] = []

    def body(self) -> Iterable[Widget]:
        yield TabRule(TABS, self._tab)
        with Container(id="charts", classes="row"):
            yield Pane(Chart(charset=self.lab_app.charset, id="chart"), id="chart-pane")
            yield Pane(Words(id="facts"), id="facts-pane")
        with Container(id="smalls", classes="row"):
            for name in SMALL:
                yield Pane(Chart(charset=self.lab_app.charset, id=name), id=f"{name}-pane")
        yield Pane(LogView(id="log"), title="log", id="log-pane")
        for name in ("Config", "Events", "Env"):
            yield Pane(Words(id=name.lower()), title=name, id=f"{name.lower()}-pane")

    @property
    def chosen(self) -> Sequence[Run]:
        return [self.run]

    def on_mount(self) -> None:
        self._open(self.run)
        self.set_focus(self.query_one(FOCUS[self._tab]))

    def _open(self, run: Run) -> None:
        """Begin to show a run, forgetting the one before."""
        self.run = run
        self._data, self._curves, self._groups = RunData(), Curves(), []
        self.query_one("#log", LogView).show(RunFolder(run.folder).log)
        if run.trial.kind == "modular":
            # Grokking is told in powers of ten.
            for chart in self.query(Chart):
                chart.view = replace(chart.view, x=Scale.LOG)
        self._read(run)
        self._show_run()
        self._draw()

    @work(thread=True, exclusive=True, group="read")
    def _read(self, run: Run) -> None:
        """Read the run again and again until another is opened."""
        worker = get_current_worker()
        reader = RunReader(run.folder)
        while not worker.is_cancelled and self.is_running:
            data = reader.read()
            if data is not None:
                self.post_message(RunRead(run.id, data))
            if not self.lab_app.wait_for_look():
                return

    def on_run_read(self, message: RunRead) -> None:
        if message.run_id == self.run.id:
            self._data = message.data
            self._curves.follow(message.data)
            self._groups = self._curves.groups()
            self._draw()
            self._show_words()

    def see(self, view: LabView) -> None:
        run = view.run(self.run.id)
        if run is not None and run is not self.run:
            self.run = run
            self._draw()
        self._show_run()

    def _show_run(self) -> None:
        state = state_cell(self.run.state)
        name = f"{self.run.trial.name}  {self.run.id[-4:]}"
        self.query_one(TabRule).show(name, state, self._tab)
        self._show_words()

    # Charts

    def _draw(self) -> None:
        """Hand the curves to the charts: the chosen group large, the following ones small."""
        count = len(self._groups)
        for place, name in enumerate(("chart", *SMALL)):
            group = self._groups[(self._main + place) % count] if place < count else None
            self._draw_group(self.query_one(f"#{name}", Chart), group)
            self.query_one(f"#{name}-pane").set_class(group is None, "-empty")
        self._title_charts()

    def _draw_group(self, chart: Chart, group: Group | None) -> None:
        if group is None:
            chart.show(())
            return
        chart.show(
            group.series,
            marks=onset_marks(self.run, self._data.curves),
            references=references(self.run, group.title),
            y_home=(0.0, 1.0) if group.is_share and self.run.trial.kind == "modular" else None,
            percent=group.is_share and self.run.trial.kind == "arithmetic",
        )

    def _title_charts(self) -> None:
        count = len(self._groups)
        for place, name in enumerate(("chart", *SMALL)):
            view = self.query_one(f"#{name}", Chart).view
            group = self._groups[(self._main + place) % count] if place < count else None
            axes = f"x {view.x.value}  y {view.y.value}"
            smooth = f"  smooth {view.smoothing:g}" if view.smoothing else ""
            which = f"   {self._main + 1} of {count}" if place == 0 and count else ""
            dark = self.app.current_theme.dark
            title = "no metrics yet" if group is None else group.legend(dark=dark)
            self.query_one(f"#{name}-pane", Pane).entitle(title, f"{axes}{smooth}{which}")

    def on_chart_looked(self, message: Chart.Looked) -> None:
        self._title_charts()
        self._show_words()

    def action_metric(self) -> None:
        if self._groups:
            self._main = (self._main + 1) % len(self._groups)
            self._draw()

    # Words

    def _show_words(self) -> None:
        run, data, now = self.run, self._data, self.view.now
        chart = self.query_one("#chart", Chart)
        cursor = chart.view.cursor
        title = "newest values" if cursor is None else f"at step {cursor:g}"
        self.query_one("#facts-pane", Pane).entitle(title)
        self.query_one("#facts", Words).show(lambda width: self._facts(width, now))
        self.query_one("#config", Words).show(lambda width: run_words.configuration(run, width))
        self.query_one("#events", Words).show(lambda width: run_words.told(data.events))
        self.query_one("#env", Words).show(lambda width: run_words.settings(data.env, width))

    def _facts(self, width: int, now: float) -> list[Line]:
        """The readout first: it is what moves. Beside each other where height is short."""
        values = run_words.readout(self._all_readings(), self.run.trial.kind)
        facts = run_words.facts(self.run, self._data, now)
        if width < SIDE_BY_SIDE:
            return [*values, (), *facts]
        results = [Cell(f"{name} {value}   ") for name, value in run_words.results(self.run)]
        return [
            *run_words.in_columns(values, width, READOUT),
            *([results] if results else []),
            *facts,
        ]

    def _all_readings(self) -> list[Reading]:
        """Every metric at the cursor of the main chart, whichever charts show them."""
        view = self.query_one("#chart", Chart).view
        return [
            reading
            for group in self._groups
            for reading in readings(replace(view, series=group.series))
        ]

    def hints(self) -> Sequence[Hint]:
        focused = self.focused
        if isinstance(focused, Chart):
            return CHART_HINTS
        return LOG_HINTS if isinstance(focused, LogView) else TEXT_HINTS

    def copied(self) -> str:
        return self.run.id

    # The log

    def on_log_view_looked(self, message: LogView.Looked) -> None:
        self.query_one("#log-pane", Pane).entitle("log", message.log_view.words)

    def action_search(self) -> None:
        log = self.query_one("#log", LogView)
        self.prompt("search the log for ", "", log.search)

    def on_log_view_searched(self, message: LogView.Searched) -> None:
        if message.line is None and message.text:
            self.say(f'"{message.text}" is not in the log', "warn")

    # Tabs and neighbours

    def _show_tab(self, tab: str) -> None:
        self.unzoom()
        self._tab = tab
        for name in TABS:
            self.set_class(name == tab, f"-{name.lower()}")
        self._show_run()
        # Only what is displayed can have the focus, and it is displayed after the next refresh.
        self.call_after_refresh(self.set_focus, self.query_one(FOCUS[tab]))

    def action_next_tab(self) -> None:
        self._show_tab(TABS[(TABS.index(self._tab) + 1) % len(TABS)])

    def action_previous_tab(self) -> None:
        self._show_tab(TABS[(TABS.index(self._tab) - 1) % len(TABS)])

    def action_tail(self) -> None:
        self._show_tab("Log")

    def action_next_run(self) -> None:
        self._step(1)

    def action_previous_run(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        """The next of the runs that stood in the table this one was opened from."""
        at = self._among.index(self.run.id) + by if self.run.id in self._among else 0
        run = self.view.run(self._among[at]) if 0 <= at < len(self._among) else None
        if run is None:
            self.say("no further run in this list")
        else:
            self._open(run)
