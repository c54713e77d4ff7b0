"""One run: its curves, its log, what it was asked and what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from textual import work
from textual.containers import Container
from textual.widget import Widget
from textual.worker import get_current_worker

from mobius_core.runs.folder import RunFolder
from mobius_core.runs.run import Run
from mobius_tui import keys
from mobius_tui.charts.view import ChartView
from mobius_tui.keys import Hint
from mobius_tui.model import LabView
from mobius_tui.screens import run_words
from mobius_tui.screens.metric_choice import choose_metric
from mobius_tui.screens.run_board import Board
from mobius_tui.screens.run_charts import Curves
from mobius_tui.screens.run_footers import CHART_HINTS, LOG_HINTS, TEXT_HINTS
from mobius_tui.screens.run_questions import RunQuestions
from mobius_tui.screens.run_reader import RunData, RunRead, RunReader
from mobius_tui.screens.run_results import result_lines
from mobius_tui.screens.run_system import system_lines
from mobius_tui.screens.wording import state_cell
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.log_view import LogView
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, Line
from mobius_tui.widgets.tab_rule import TabRule
from mobius_tui.widgets.words import Builder, Words

TABS: Final = ("Charts", "Log", "Results", "Config", "Events", "Env", "System")
LAYOUTS: Final = {"Charts": "charts", "Log": "log"}
"""Tab -> how the screen is laid out; all others are one text."""
FOCUS: Final = {"charts": "#chart", "log": "#log", "text": "#text"}
"""Layout -> what has the focus in it."""
CHARTS: Final = ("chart", "small-0", "small-1", "small-2")
"""The large chart, and those below it where there is room."""
READOUT: Final = 26
"""Cells of one value of the readout where several stand side by side."""
SIDE_BY_SIDE: Final = 60
"""Width from which the facts stand beside each other instead of below."""


class RunScreen(RunQuestions):
    BINDINGS = keys.bindings("run")
    HERE = "Runs"

    def __init__(self, run: Run, among: Sequence[Run] = (), *, tab: str = "Charts") -> None:
        self._tab = tab if tab in TABS else "Charts"
        super().__init__(classes=f"-{self._layout}")
        self.run = run
        self._among = [one.id for one in among] or [run.id]
        self._data = RunData()
        self._curves = Curves()

    def body(self) -> Iterable[Widget]:
        charset = self.lab_app.charset
        yield TabRule(TABS, self._tab)
        with Container(id="charts", classes="row"):
            yield Pane(Chart(charset=charset, id="chart"), id="chart-pane", classes="-empty")
            yield Pane(Words(id="facts"), id="facts-pane")
        with Container(id="smalls", classes="row"):
            for name in CHARTS[1:]:
                yield Pane(Chart(charset=charset, id=name), id=f"{name}-pane", classes="-empty")
        yield Pane(LogView(id="log"), title="log", id="log-pane")
        yield Pane(Words(id="text"), title=self._tab, id="text-pane")

    @property
    def _layout(self) -> str:
        return LAYOUTS.get(self._tab, "text")

    @property
    def chosen(self) -> Sequence[Run]:
        return [self.run]

    def on_mount(self) -> None:
        self._board = Board(
            [self.query_one(f"#{name}", Chart) for name in CHARTS],
            [self.query_one(f"#{name}-pane", Pane) for name in CHARTS],
        )
        self._open(self.run)
        self.set_focus(self.query_one(FOCUS[self._layout]))

    def on_unmount(self) -> None:
        """Its curves go at once, and not with the next full collection of garbage."""
        self._data, self._curves, self._board.groups = RunData(), Curves(), []
        for chart in self.query(Chart):
            chart.view = ChartView()

    def _open(self, run: Run) -> None:
        """Begin to show a run, forgetting the one before."""
        self.run = run
        self._data, self._curves, self._board.groups = RunData(), Curves(), []
        self.query_one("#log", LogView).show(RunFolder(run.folder).log)
        self._board.set_up(run, self.habits)
        self._read(run)
        self._show_run()
        self._draw()

    @work(thread=True, exclusive=True, group="read", description="read")
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
            self._board.groups = self._curves.groups()
            self._draw()
            self._show_words()

    def see(self, view: LabView) -> None:
        run = view.run(self.run.id)
        if run is not None and run is not self.run:
            before, self.run = self.run, run
            if run.result != before.result:
                self._draw()
        self._show_run()

    def _show_run(self) -> None:
        state = state_cell(self.run.state)
        name = f"{self.run.trial.name}  {self.run.id[-4:]}"
        self.query_one(TabRule).show(name, state, self._tab)
        self._show_words()

    def _draw(self) -> None:
        self._board.draw(self.run, self._data, dark=self.app.current_theme.dark)

    def on_chart_looked(self, message: Chart.Looked) -> None:
        self._board.link(message.chart)
        self._board.entitle(dark=self.app.current_theme.dark)
        if message.chart is self._board.main:
            self.lab_app.habits = self._board.left(self.run, self.habits)
        self._show_words()

    def action_metric(self) -> None:
        choose_metric(self.app, self._board.titles, self._board.title, self._set_metric)

    def _set_metric(self, title: str) -> None:
        self._board.choose(title)
        self._draw()

    # Words

    def _show_words(self) -> None:
        """Only what is on the screen: the other tabs are written when they are shown."""
        run, data, now = self.run, self._data, self.view.now
        if self._tab == "Charts":
            cursor = self._board.main.view.cursor
            title = "newest values" if cursor is None else f"at step {cursor:g}"
            self.query_one("#facts-pane", Pane).entitle(title)
            self.query_one("#facts", Words).show(lambda width: self._facts(width, now))
        elif self._tab == "Results":
            self._tell(lambda width: result_lines(run, data.evaluation, width))
        elif self._tab == "Config":
            self._tell(lambda width: run_words.configuration(run, width))
        elif self._tab == "Events":
            self._tell(lambda width: run_words.told(data.events))
        elif self._tab == "Env":
            self._tell(lambda width: run_words.environment(data.env, width))
        elif self._tab == "System":
            self._tell(lambda width: system_lines(run, data, now, width))

    def _tell(self, build: Builder) -> None:
        self.query_one("#text", Words).show(build)

    def _facts(self, width: int, now: float) -> list[Line]:
        """The readout first: it is what moves. Beside each other where height is short."""
        values = run_words.readout(self._board.readings(), self.run.trial.kind)
        facts = run_words.facts(self.run, self._data, now)
        if width < SIDE_BY_SIDE:
            return [*values, (), *facts]
        results = [Cell(f"{name} {value}   ") for name, value in run_words.results(self.run)]
        return [
            *run_words.in_columns(values, width, READOUT),
            *([results] if results else []),
            *facts,
        ]

    def hints(self) -> Sequence[Hint]:
        focused = self.focused
        if isinstance(focused, Chart):
            return CHART_HINTS
        return LOG_HINTS if isinstance(focused, LogView) else TEXT_HINTS

    def copied(self) -> str:
        return self.run.id

    def action_edit(self) -> None:
        """The experiment that the run is of, where the file still has it."""
        known = self.view.experiment(self.run.trial.experiment)
        if self.view.file is None or known is None:
            self.say(f"{self.run.trial.experiment} is not in the experiments file", "warn")
        else:
            self.lab_app.edit(self.view.file, known.experiment.line)

    # The log

    def on_log_view_looked(self, message: LogView.Looked) -> None:
        self.query_one("#log-pane", Pane).entitle("log", message.log_view.words)

    def action_search(self) -> None:
        log = self.query_one("#log", LogView)
        self.prompt("search the log for ", "", log.search)

    def action_only(self) -> None:
        log = self.query_one("#log", LogView)
        self.prompt("only lines with (warn, error: from this level on) ", log.shows_only, log.only)

    def on_log_view_searched(self, message: LogView.Searched) -> None:
        if message.line is None and message.text:
            self.say(f'"{message.text}" is not in the log', "warn")

    def action_log_here(self) -> None:
        """The line that our training writes at the cursor's step."""
        cursor = self._board.main.view.cursor
        self._show_tab("Log")
        if cursor is not None:
            self.query_one("#log", LogView).search(run_words.of_step(int(cursor)))

    # Tabs and neighbours

    def _show_tab(self, tab: str) -> None:
        self.unzoom()
        self._tab = tab
        self.update_classes({f"-{layout}": layout == self._layout for layout in FOCUS})
        self.query_one("#text-pane", Pane).entitle(tab)
        self.query_one("#text", Words).action_home()
        self._show_run()
        # Only what is displayed can have the focus, and it is displayed after the next refresh.
        self.call_after_refresh(self.set_focus, self.query_one(FOCUS[self._layout]))

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
