"""Runs: every run of the lab, whatever experiment it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from mobius_core.runs.run import Run
from mobius_tui import keys
from mobius_tui.keys import Hint
from mobius_tui.model import LabView
from mobius_tui.run_filter import matching
from mobius_tui.screens.run_questions import RunQuestions
from mobius_tui.screens.run_rows import COLUMNS, RunRow, make_rows, summary
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, line
from mobius_tui.widgets.table import Table
from mobius_tui.widgets.words import Words

SORTABLE = tuple(column for column in COLUMNS if column.order is not None)
NOTHING_YET = "no run yet: 1 shows the experiments, R there queues what is missing"


class RunsScreen(RunQuestions):
    BINDINGS = keys.bindings("runs")
    HERE = "Runs"
    FOCUS = "#runs"
    HINTS = (
        Hint(("open",)),
        Hint(("mark",)),
        Hint(("tail",)),
        Hint(("filter",)),
        Hint(("sort",)),
        Hint(("stop",)),
        Hint(("kill",)),
        Hint(("make_run",), "resume or retry"),
        Hint(("help",)),
    )

    def __init__(self) -> None:
        super().__init__()
        self._marked: set[str] = set()
        self._order = 0
        self._reversed = False

    def body(self) -> Iterable[Widget]:
        table: Table[RunRow] = Table(COLUMNS, lambda row: row.run.id, id="runs")
        yield Pane(table, title="Runs", id="runs-pane")
        yield Pane(Words(id="this-run"), id="this-run-pane")

    @property
    def filter(self) -> str:
        return self.lab_app.runs_filter

    @property
    def table(self) -> Table[RunRow]:
        return self.query_one("#runs", Table)

    @property
    def current(self) -> Run | None:
        row = self.table.current
        return None if row is None else row.run

    @property
    def chosen(self) -> Sequence[Run]:
        """The marked runs, else the one under the cursor."""
        marked = [row.run for row in self.table.rows if row.run.id in self._marked]
        return marked or ([] if self.current is None else [self.current])

    def see(self, view: LabView) -> None:
        runs = matching(view.runs, self.filter)
        rows = make_rows(runs, view, self._marked)
        column = SORTABLE[self._order - 1] if self._order else None
        if column is not None and column.order is not None:
            rows.sort(key=column.order, reverse=self._reversed)
        elif not self._reversed:
            rows.reverse()
        self.table.show(rows)
        order = "newest first" if column is None else f"by {column.title.strip()}"
        count = f"{len(rows)} of {len(view.runs)}" if self.filter else f"{len(rows)}"
        marked = f"   {len(self._marked)} marked" if self._marked else ""
        title = f"Runs   /{self.filter}" if self.filter else "Runs"
        self.query_one("#runs-pane", Pane).entitle(title, f"{count}{marked}   {order}")
        self._show_current()

    def _show_current(self) -> None:
        current, view = self.current, self.view
        pane = self.query_one("#this-run-pane", Pane)
        words = self.query_one("#this-run", Words)
        if current is None:
            pane.entitle("No run")
            advice = "no run matches: esc clears the filter" if self.filter else NOTHING_YET
            words.show(lambda width: [line(Cell(advice, "dim"))])
            return
        pane.entitle(current.trial.name, current.id)
        words.show(lambda width: summary(current, view, width))

    def on_table_moved(self, message: Table.Moved) -> None:
        self._show_current()

    async def on_table_opened(self, message: Table.Opened) -> None:
        await self._open("Charts")

    async def action_tail(self) -> None:
        await self._open("Log")

    async def _open(self, tab: str) -> None:
        if self.current is not None:
            among = [row.run for row in self.table.rows]
            await self.lab_app.open_run(self.current, among, tab)

    def set_filter(self, words: str) -> None:
        self.lab_app.runs_filter = words.strip()
        self.see(self.view)

    def action_filter(self) -> None:
        self.prompt("show runs with ", self.filter, self.set_filter)

    def copied(self) -> str:
        return "" if self.current is None else self.current.id

    def action_sort(self) -> None:
        self._order = (self._order + 1) % (len(SORTABLE) + 1)
        self.see(self.view)

    def action_sort_reversed(self) -> None:
        self._reversed = not self._reversed
        self.see(self.view)

    def action_mark(self) -> None:
        if self.current is not None:
            self._marked ^= {self.current.id}
            self.see(self.view)
            self.table.action_down()

    def action_mark_all(self) -> None:
        shown = {row.run.id for row in self.table.rows}
        self._marked = set() if self._marked >= shown else self._marked | shown
        self.see(self.view)

    def escape(self) -> bool:
        if super().escape():
            return True
        if self._marked:
            self._marked.clear()
        elif self.filter:
            self.lab_app.runs_filter = ""
        else:
            return False
        self.see(self.view)
        return True
