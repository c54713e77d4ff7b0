"""Runs: every run of the lab, whatever experiment it came from, by itself or in groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from mobius_core.errors import UsageError
from mobius_core.runs.run import Run
from mobius_tui import keys
from mobius_tui.keys import Hint
from mobius_tui.model import LabView, in_file_order, with_controls
from mobius_tui.run_filter import matching, unknown_names
from mobius_tui.screens import run_columns
from mobius_tui.screens.picker import PickerScreen
from mobius_tui.screens.run_questions import RunQuestions
from mobius_tui.screens.run_rows import GROUPINGS, Grouping, GroupRow, Row, grouped, make_rows
from mobius_tui.screens.run_summary import NO_MATCH, NOTHING_YET, group_summary, summary
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, line
from mobius_tui.widgets.table import Column, Table
from mobius_tui.widgets.words import Words


class RunsScreen(RunQuestions):
    BINDINGS = keys.bindings("runs")
    HERE = "Runs"
    FOCUS = "#runs"
    HINTS = (
        Hint(("open",)),
        Hint(("mark",)),
        Hint(("compare",)),
        Hint(("tail",)),
        Hint(("filter",)),
        Hint(("group_by",)),
        Hint(("stop",)),
        Hint(("make_run",), "resume or retry"),
        Hint(("help",)),
    )

    def __init__(self) -> None:
        super().__init__()
        self._marks: set[str] = set()
        self._unfolded: set[str] = set()
        self._matching: Sequence[Run] = ()

    def body(self) -> Iterable[Widget]:
        table: Table[Row] = Table(
            self._columns, lambda row: row.key, opened=self._open_row, id="runs"
        )
        yield Pane(table, title="Runs", id="runs-pane")
        yield Pane(Words(id="this-run"), id="this-run-pane")

    @property
    def filter(self) -> str:
        return self.habits.runs_filter

    @property
    def grouping(self) -> Grouping:
        return next((name for name in GROUPINGS if name == self.habits.runs_group), "none")

    @property
    def table(self) -> Table[Row]:
        return self.query_one("#runs", Table)

    @property
    def _columns(self) -> tuple[Column[Row], ...]:
        habits = self.habits
        return run_columns.columns_of(habits.runs_columns, grouped=self.grouping != "none")

    @property
    def _order(self) -> Column[Row] | None:
        """What is sorted by; None where the newest is first."""
        wanted = self.habits.runs_order
        return next((c for c in self._columns if c.order and c.title == wanted), None)

    @property
    def current(self) -> Run | None:
        """The run under the cursor, or the newest of the group there."""
        row = self.table.current
        return None if row is None else row.runs[0]

    @property
    def chosen(self) -> Sequence[Run]:
        """The marked runs, else what is under the cursor."""
        marked = [run for run in self._matching if run.id in self._marks]
        row = self.table.current
        return marked or (() if row is None else row.runs)

    def see(self, view: LabView) -> None:
        try:
            self._matching = matching(view.runs, self.filter)
        except UsageError:
            self._matching = ()  # of a filter from another day, which / shows and changes
        rows = make_rows(self._matching, view, self._marks)
        order, is_reversed = self._order, self.habits.runs_reversed
        if order is not None and order.order is not None:
            rows.sort(key=order.order, reverse=is_reversed)
        elif not is_reversed:
            rows.reverse()
        self.table.show_columns(self._columns)
        self.table.show(grouped(rows, self.grouping, self._unfolded))
        self._show_state()
        self._show_current()

    def _show_state(self) -> None:
        """The title: the filter, how many match and are marked, groups and order."""
        order = self._order
        shown, of = len(self._matching), len(self.view.runs)
        words = [f"{shown:,} of {of:,}" if self.filter else f"{shown:,}"]
        if self._marks:
            words.append(f"{len(self._marks)} marked")
        if self.grouping != "none":
            words.append(f"by {self.grouping}")
        words.append("newest first" if order is None else f"sort: {order.title.strip()}")
        title = f"Runs   /{self.filter}" if self.filter else "Runs"
        self.query_one("#runs-pane", Pane).entitle(title, "   ".join(words))

    def _show_current(self) -> None:
        row = self.table.current
        pane = self.query_one("#this-run-pane", Pane)
        words = self.query_one("#this-run", Words)
        if row is None:
            pane.entitle("No run")
            advice = NO_MATCH if self.filter else NOTHING_YET
            words.show(lambda width: [line(Cell(advice, "dim"))])
        elif isinstance(row, GroupRow):
            pane.entitle(row.name, "1 run" if len(row.runs) == 1 else f"{len(row.runs)} runs")
            words.show(lambda width: group_summary(row))
        else:
            pane.entitle(row.run.trial.name, row.run.id)
            words.show(lambda width: summary(row, width))

    def on_table_moved(self, message: Table.Moved) -> None:
        self._show_current()

    async def _open_row(self) -> None:
        row = self.table.current
        if isinstance(row, GroupRow):
            self._unfolded ^= {row.name}
            self.see(self.view)
        else:
            await self._open("Charts")

    async def action_tail(self) -> None:
        await self._open("Log")

    async def _open(self, tab: str) -> None:
        if self.current is not None:
            among = {run.id: run for row in self.table.rows for run in row.runs}
            await self.lab_app.open_run(self.current, [*among.values()], tab)

    # Which runs, in which order, with which columns

    def set_filter(self, words: str) -> None:
        """Show what matches; a mistake in the words is said, and they are asked for again."""
        try:
            matching((), words)
        except UsageError as error:
            self.say(str(error), "bad")
            return
        self.remember(runs_filter=words.strip())
        self.see(self.view)
        if not self._matching and (advice := unknown_names(self.view.runs, words)):
            self.say(advice, "warn")

    def action_filter(self) -> None:
        self.prompt("show runs with ", self.filter, self.set_filter)

    def action_sort(self) -> None:
        titles = ["", *(column.title for column in self._columns if column.order)]
        at = titles.index(self.habits.runs_order) if self.habits.runs_order in titles else 0
        self.remember(runs_order=titles[(at + 1) % len(titles)])
        self.see(self.view)

    def action_sort_reversed(self) -> None:
        self.remember(runs_reversed=not self.habits.runs_reversed)
        self.see(self.view)

    def action_group_by(self) -> None:
        at = GROUPINGS.index(self.grouping)
        self.remember(runs_group=GROUPINGS[(at + 1) % len(GROUPINGS)])
        self.see(self.view)

    def action_columns(self) -> None:
        names = run_columns.offered(self._matching)
        chosen = self.habits.runs_columns or [c.title for c in run_columns.STANDARD]
        self.app.push_screen(PickerScreen("columns of Runs", names, chosen, self._set_columns))

    def _set_columns(self, titles: tuple[str, ...]) -> None:
        usual = tuple(column.title for column in run_columns.STANDARD)
        self.remember(runs_columns=() if titles == usual else titles)
        self.see(self.view)

    # Marks

    @property
    def compared(self) -> Sequence[Run]:
        """The marked runs, else what is under the cursor beside its control."""
        if any(run.id in self._marks for run in self._matching):
            return in_file_order(self.view, self.chosen)
        return with_controls(self.view, self.chosen)

    def action_mark(self) -> None:
        row = self.table.current
        if row is not None:
            ids = {run.id for run in row.runs}
            self._marks.difference_update(ids) if row.marked else self._marks.update(ids)
            self._show_marks()
            self.table.action_down()

    def action_mark_all(self) -> None:
        shown = {run.id for run in self._matching}
        self._marks.symmetric_difference_update(
            shown if self._marks >= shown else shown - self._marks
        )
        self._show_marks()

    def _show_marks(self) -> None:
        self.table.refresh()
        self._show_state()

    def copied(self) -> str:
        row = self.table.current
        return "" if row is None else " ".join(run.id for run in row.runs)

    def escape(self) -> bool:
        if super().escape():
            return True
        if self._marks:
            self._marks.clear()
            self._show_marks()
        elif self.filter:
            self.remember(runs_filter="")
            self.see(self.view)
        else:
            return False
        return True
