"""Onset: when the networks of each arm memorise, when they grok, and how many never did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from textual import work
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from mobius_core.analysis.onset_table import judged_runs
from mobius_core.analysis.question import Question, answer, question
from mobius_core.config.trial import Json
from mobius_core.errors import WorkFailed
from mobius_core.runs.run import Run
from mobius_tui import keys
from mobius_tui.charts.scale import Scale
from mobius_tui.charts.view import ChartView
from mobius_tui.keys import Hint
from mobius_tui.model import ExperimentView, LabView, number
from mobius_tui.screens.every_seed import grid, strip
from mobius_tui.screens.legend import legend
from mobius_tui.screens.onset_columns import COLUMNS, ArmRow, Group, groups, rows_of
from mobius_tui.screens.subject import SubjectScreen
from mobius_tui.screens.survival import survival
from mobius_tui.screens.verdict import exploring_lines, verdict_lines
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, Line, line
from mobius_tui.widgets.table import Table
from mobius_tui.widgets.words import Words

VIEWS: Final = {
    "survival": "share not yet generalised",
    "seeds": "delay of every seed",
    "grid": "every seed over the sweep",
}
"""What `v` turns through -> its title."""


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
        Hint(("other_view",), "view"),
        Hint(("mark",)),
        Hint(("compare",), "test pair"),
        Hint(("group_by",), "by cell"),
        Hint(("previous_run", "next_run"), "experiment"),
        Hint(("write",)),
        Hint(("back",)),
        Hint(("help",)),
    )
    WANTED = "a modular experiment"

    def __init__(self) -> None:
        super().__init__()
        self._runs: tuple[Run, ...] = ()
        self._groups: tuple[Group, ...] = ()
        self._marks: set[str] = set()
        self._control = ""
        self._planned: Question | None = None
        self._explored: Question | None = None
        self._verdict: Mapping[str, Json] | None = None
        self._exploration: Mapping[str, Json] | None = None

    def body(self) -> Iterable[Widget]:
        table: Table[ArmRow] = Table(
            COLUMNS, lambda row: row.group.name, opened=self._open_runs, id="onset"
        )
        yield Pane(table, title="Onset", id="onset-pane")
        with Container(id="below", classes="row"):
            view = ChartView(x=Scale.LOG)
            with Pane(id="survival-pane"):
                yield Chart(view, charset=self.lab_app.charset, id="survival")
                yield Words(id="seeds")
            yield Pane(Words(id="reading"), title="Verdict", id="reading-pane")

    @property
    def table(self) -> Table[ArmRow]:
        return self.query_one("#onset", Table)

    @property
    def shown(self) -> str:
        return self.habits.onset_view if self.habits.onset_view in VIEWS else "survival"

    def suits(self, view: ExperimentView) -> bool:
        return view.experiment.kind == "modular"

    def show_subject(self, view: LabView, subject: ExperimentView | None) -> None:
        runs = () if subject is None else subject.runs
        is_same = len(runs) == len(self._runs) and all(map(is_one, runs, self._runs))
        if not is_same or not self.table.rows:
            self._runs = runs
            self._show_runs()
        title, state = "Onset", ""
        if subject is not None:
            title, state = (
                f"Onset   {subject.name}",
                f"{subject.done} of {len(subject.trials)} done"
                + ("   by cell" if self.habits.onset_cells else ""),
            )
        self.query_one("#onset-pane", Pane).entitle(title, state)

    def _show_runs(self) -> None:
        """Table, curves and verdict of the runs: only where they are others than before."""
        subject = self.subject
        self._groups = groups(self._runs, by_cell=self.habits.onset_cells)
        declared = subject.experiment.arms if subject is not None else ()
        names = [group.name for group in self._groups]
        if self._control not in names:
            self._control = declared[0] if declared and declared[0] in names else ""
        self._marks &= set(names)
        self.table.show(rows_of(self._groups, self._marks, self._control))
        self._show_view()
        if subject is not None:
            asked = question(
                subject.name, subject.experiment.compare, len(subject.trials), self._runs
            )
            if asked != self._planned:
                self._planned, self._explored = asked, None
                self._verdict = self._exploration = None
                if asked.runs:
                    self._answer(asked)
        self._show_words()

    def _show_view(self) -> None:
        shown, title = self.shown, VIEWS[self.shown]
        chart, words = self.query_one("#survival", Chart), self.query_one("#seeds", Words)
        chart.display, words.display = shown == "survival", shown != "survival"
        pane = self.query_one("#survival-pane", Pane)
        if shown == "survival":
            banded = "" if self.table.current is None else self.table.current.group.name
            lines = survival(self._groups, self._verdict, banded)
            chart.show(lines, y_home=(0.0, 1.0))
            names = legend(lines, dark=self.app.current_theme.dark)
            pane.entitle(
                Content.assemble((title, "bold $foreground"), "  ", names),
                f"Kaplan-Meier{f', 95 % of {banded}' if banded else ''}, x log",
            )
            return
        pane.entitle(title, "v: other views")
        found, runs = self._groups, self._runs
        row = self.table.current
        arm = row.group.arm if row is not None else ""
        if shown == "seeds":
            words.show(lambda width: strip(found, width))
        else:
            words.show(lambda width: grid(runs, arm, width))

    # Statistics, in a child process

    @work(thread=True, group="statistics", description="statistics")
    def _answer(self, asked: Question) -> None:
        try:
            found = answer(asked)
        except WorkFailed as error:
            found = {"unavailable": str(error)}
        self.post_message(Answered(asked, found))

    def on_answered(self, message: Answered) -> None:
        if message.asked is self._planned:
            self._verdict = message.found
            self._show_view()
        elif message.asked is self._explored:
            self._exploration = message.found
        self._show_words()

    def _show_words(self) -> None:
        """The verdict, what was tested beside the plan, and what the columns mean."""
        planned, explored = self._verdict, self._exploration
        explained = reading(self.subject, self._runs)

        def lines(width: int) -> list[Line]:
            parts: list[Line] = []
            if explored is not None:
                parts += [*exploring_lines(explored, width), ()]
            if planned is not None:
                parts += [*verdict_lines(planned, width), ()]
            elif self._planned is not None and self._planned.runs:
                parts += [line(Cell("the statistics are being made …", "dim")), ()]
            return [*parts, *explained]

        self.query_one("#reading", Words).show(lines)

    # Keys

    async def _open_runs(self) -> None:
        row, subject = self.table.current, self.subject
        if subject is not None and row is not None:
            arm = f" arm={row.group.arm}" if row.group.arm != subject.name else ""
            await self.lab_app.open_runs(f"exp={subject.name}{arm}")

    def on_table_moved(self, message: Table.Moved) -> None:
        if self.shown != "seeds":
            self._show_view()

    def action_other_view(self) -> None:
        names = list(VIEWS)
        self.remember(onset_view=names[(names.index(self.shown) + 1) % len(names)])
        self._show_view()

    def action_group_by(self) -> None:
        self.remember(onset_cells=not self.habits.onset_cells)
        self._show_runs()
        self.see(self.view)

    def action_mark(self) -> None:
        row = self.table.current
        if row is not None:
            self._marks ^= {row.group.name}
            self.table.show(rows_of(self._groups, self._marks, self._control))
            self.table.action_down()

    def action_baseline(self) -> None:
        row = self.table.current
        if row is not None:
            self._control = row.group.name
            self.table.show(rows_of(self._groups, self._marks, self._control))
            self.say(f"control {self._control}: d tests the arm under the cursor against it")

    def action_compare(self) -> None:
        """Test the two marked arms, or the one under the cursor against the control."""
        planned, row = self._planned, self.table.current
        if planned is None or row is None:
            return
        marked = [group.arm for group in self._groups if group.name in self._marks]
        pair = marked if marked else [row.group.arm, self._control]
        if self.habits.onset_cells or len(pair) != 2 or pair[0] == pair[1] or not pair[1]:
            self.say("d tests two arms: space marks them (b shows arms, * names a control)", "warn")
            return
        control = self._control if self._control in pair else pair[0]
        arm = next(name for name in pair if name != control)
        self._explored = replace(planned, compare=((arm, control),))
        self.say(f"testing {arm} against {control}")
        self._answer(self._explored)

    def copied(self) -> str:
        row = self.table.current
        return "" if row is None else row.group.name


def is_one(run: Run, other: Run) -> bool:
    return run is other


def reading(subject: ExperimentView | None, runs: Sequence[Run]) -> list[Line]:
    """What the columns of the table mean."""
    if subject is None:
        return [line(Cell("No modular experiment in the file: `mobius new` writes one.", "dim"))]
    if not runs:
        return [line("Nothing has run: ", Cell("1", "key"), " then ", Cell("R", "key"))]
    none = "No run has a verdict yet: it comes when the first one is done."
    told = () if judged_runs(runs) else (line(Cell(none, "dim")), line(Cell("")))
    rule = runs[0].trial.tables.get("onset")
    rule = rule if isinstance(rule, dict) else {}
    threshold, hold = number(rule, "threshold"), number(rule, "hold")
    return [
        *told,
        line(Cell("memorised    ", "head"), f"training accuracy at {threshold:g}"),
        line(Cell("generalised  ", "head"), f"test accuracy at {threshold:g}, held {hold:g} steps"),
        line(Cell("delay        ", "head"), "steps between the two; [least, most] seen"),
        line(Cell("censored     ", "head"), "ended before it generalised"),
    ]
