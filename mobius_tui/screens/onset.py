"""Onset: when the networks of each arm memorise, when they grok, and how many never did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual import work
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from mobius_core.analysis.onset_table import OnsetRow, Spread, onset_table
from mobius_core.analysis.question import Question, answer, question
from mobius_core.config.trial import Json
from mobius_core.errors import WorkFailed
from mobius_core.runs.run import Run
from mobius_tui import keys
from mobius_tui.charts.scale import Scale
from mobius_tui.charts.view import ChartView
from mobius_tui.keys import Hint
from mobius_tui.model import ExperimentView, LabView, number
from mobius_tui.screens.legend import legend
from mobius_tui.screens.subject import SubjectScreen
from mobius_tui.screens.survival import survival
from mobius_tui.screens.verdict import verdict_lines
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, Line, line
from mobius_tui.widgets.table import Column, Table
from mobius_tui.widgets.words import Words


def count_cell(count: int) -> Cell:
    return Cell(str(count)) if count else Cell(".", "dim")


def spread_cell(spread: Spread) -> Cell:
    """`230 [205, 260]`: median and range of those seen; the median may lie beyond them."""
    if spread.low is None:
        return Cell("-", "dim")
    median = "-" if spread.median is None else f"{spread.median:g}"
    return Cell(f"{median} [{spread.low}, {spread.high}]")


def censored_cell(row: OnsetRow) -> Cell:
    if not row.censored_at:
        return Cell("-", "dim")
    return Cell(f"{row.censored_at[-1]} ({len(row.censored_at)})")


COLUMNS: tuple[Column[OnsetRow], ...] = (
    Column("arm", 12, lambda row: Cell(row.arm), grows=True, widest=24),
    Column("n", 3, lambda row: Cell(str(row.n)), right=True),
    Column("groks", 5, lambda row: count_cell(row.grokked), right=True),
    Column("direct", 6, lambda row: count_cell(row.direct), right=True),
    Column("mem", 3, lambda row: count_cell(row.memorised_only), right=True),
    Column("none", 4, lambda row: count_cell(row.not_memorised), right=True),
    Column("fail", 4, lambda row: count_cell(row.failed), right=True),
    Column("memorised", 16, lambda row: spread_cell(row.memorised), from_width=100),
    Column("generalised", 18, lambda row: spread_cell(row.generalised), from_width=100),
    Column("delay, median", 18, lambda row: spread_cell(row.delay)),
    Column("censored at", 11, censored_cell, from_width=100),
)


class Answered(Message):
    """The statistics of a sweep are there."""

    def __init__(self, asked: Question, found: Mapping[str, Json]) -> None:
        super().__init__()
        self.asked = asked
        self.found = found


class OnsetScreen(SubjectScreen):
    BINDINGS = keys.bindings("onset")
    HERE = "Onset"
    FOCUS = "#onset"
    HINTS = (
        Hint(("open",), "runs of the arm"),
        Hint(("previous_run", "next_run"), "experiment"),
        Hint(("next_pane",), "chart"),
        Hint(("zoom_pane",)),
        Hint(("commands",)),
        Hint(("back",)),
        Hint(("help",)),
    )
    WANTED = "a modular experiment"

    def __init__(self) -> None:
        super().__init__()
        self._asked: Question | None = None
        self._found: Mapping[str, Json] | None = None

    def body(self) -> Iterable[Widget]:
        table: Table[OnsetRow] = Table(COLUMNS, lambda row: row.arm, id="onset")
        yield Pane(table, title="Onset", id="onset-pane")
        with Container(id="below", classes="row"):
            view = ChartView(x=Scale.LOG)
            chart = Chart(view, charset=self.lab_app.charset, id="survival")
            yield Pane(chart, title="share not yet generalised", id="survival-pane")
            yield Pane(Words(id="reading"), title="Verdict", id="reading-pane")

    def suits(self, view: ExperimentView) -> bool:
        return view.experiment.kind == "modular"

    def show_subject(self, view: LabView, subject: ExperimentView | None) -> None:
        runs = () if subject is None else subject.runs()
        table: Table[OnsetRow] = self.query_one("#onset", Table)
        table.show(onset_table(runs))
        lines = survival(runs)
        self.query_one("#survival", Chart).show(lines, y_home=(0.0, 1.0))
        names = Content.assemble(
            ("share not yet generalised", "bold $foreground"),
            "  ",
            legend(lines, dark=self.app.current_theme.dark),
        )
        self.query_one("#survival-pane", Pane).entitle(names, "Kaplan-Meier, x log")
        title, state = "Onset", ""
        if subject is not None:
            title, state = (
                f"Onset   {subject.name}",
                f"{subject.done} of {len(subject.trials)} done",
            )
        self.query_one("#onset-pane", Pane).entitle(title, state)
        if subject is not None:
            self._ask_about(subject)
        self._show_words(subject, runs)

    def _ask_about(self, subject: ExperimentView) -> None:
        """In a worker, and only when a run has ended since the last time."""
        asked = question(
            subject.name, subject.experiment.compare, len(subject.trials), subject.runs()
        )
        if asked != self._asked:
            self._asked = asked
            self._found = None
            if asked.runs:
                self._answer(asked)

    @work(thread=True, exclusive=True, group="statistics")
    def _answer(self, asked: Question) -> None:
        try:
            found = answer(asked)
        except WorkFailed as error:
            found = {"unavailable": str(error)}
        self.post_message(Answered(asked, found))

    def on_answered(self, message: Answered) -> None:
        if message.asked == self._asked:
            self._found = message.found
            subject = self.subject
            self._show_words(subject, () if subject is None else subject.runs())

    def _show_words(self, subject: ExperimentView | None, runs: Sequence[Run]) -> None:
        """The verdict above what the columns mean."""
        found = self._found

        def lines(width: int) -> list[Line]:
            explained = reading(subject, runs)
            return explained if found is None else [*verdict_lines(found, width), (), *explained]

        self.query_one("#reading", Words).show(lines)

    async def on_table_opened(self, message: Table.Opened) -> None:
        table: Table[OnsetRow] = self.query_one("#onset", Table)
        if self.subject is not None and table.current is not None:
            has_arms = table.current.arm != self.subject.name
            arm = f" arm={table.current.arm}" if has_arms else ""
            await self.lab_app.open_runs(f"exp={self.subject.name}{arm}")


def reading(subject: ExperimentView | None, runs: Sequence[Run]) -> list[Line]:
    """What the columns of the table mean."""
    if subject is None:
        return [line(Cell("No modular experiment in the file: `mobius new` writes one.", "dim"))]
    if not runs:
        return [line("Nothing has run: ", Cell("1", "key"), " then ", Cell("R", "key"))]
    rule = runs[0].trial.tables.get("onset")
    rule = rule if isinstance(rule, dict) else {}
    threshold, hold = number(rule, "threshold"), number(rule, "hold")
    return [
        line(Cell("memorised    ", "head"), f"training accuracy at {threshold:g}"),
        line(Cell("generalised  ", "head"), f"test accuracy at {threshold:g}, held {hold:g} steps"),
        line(Cell("delay        ", "head"), "steps between the two; [least, most] seen"),
        line(Cell("censored     ", "head"), "ended before it generalised"),
    ]
