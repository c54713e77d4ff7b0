"""Experiments: what is asked, how far it is, what came out, and the key that makes it run."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Container
from textual.widget import Widget

from mobius_tui import keys, requests
from mobius_tui.keys import Hint
from mobius_tui.messages import Question
from mobius_tui.model import ExperimentView, LabView
from mobius_tui.screens import happened
from mobius_tui.screens.advice import advice
from mobius_tui.screens.base import LabScreen
from mobius_tui.screens.experiment_details import details
from mobius_tui.screens.experiment_rows import COLUMNS, ExperimentRow, make_rows
from mobius_tui.screens.running import running
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.table import Table
from mobius_tui.widgets.words import Words


class ExperimentsScreen(LabScreen):
    BINDINGS = keys.bindings("experiments")
    HERE = "Experiments"
    FOCUS = "#experiments"
    HINTS = (
        Hint(("open",), "open"),
        Hint(("make_run",), "run what is missing"),
        Hint(("tail",)),
        Hint(("edit",)),
        Hint(("dry_run",)),
        Hint(("filter",)),
        Hint(("commands",)),
        Hint(("back",), "quit"),
        Hint(("help",)),
    )

    def __init__(self) -> None:
        super().__init__()
        self._unfolded: set[str] = set()
        self._filter = ""

    def body(self) -> Iterable[Widget]:
        table: Table[ExperimentRow] = Table(
            COLUMNS, lambda row: row.key, opened=self._open_runs, id="experiments"
        )
        with Container(id="top", classes="row"):
            yield Pane(table, title="Experiments", id="experiments-pane")
            yield Pane(Words(id="details"), id="details-pane")
        yield Pane(Words(id="running"), title="Running", id="running-pane")
        yield Pane(Words(id="happened"), title="What happened", id="happened-pane")

    @property
    def table(self) -> Table[ExperimentRow]:
        return self.query_one("#experiments", Table)

    @property
    def current(self) -> ExperimentView | None:
        row = self.table.current
        return None if row is None else row.view

    def see(self, view: LabView) -> None:
        shown = [one for one in view.experiments if self._filter in one.name]
        self.table.show(make_rows(shown, view, self._unfolded))
        state = (
            f"{len(view.problems)} errors" if view.problems else "ok" if view.experiments else ""
        )
        if self._filter:
            state = f"/{self._filter}   {len(shown)} of {len(view.experiments)}"
        file = view.file.name if view.file is not None else ""
        self.query_one("#experiments-pane", Pane).entitle("Experiments", f"{file} {state}".strip())
        self.query_one("#running", Words).show(lambda width: running(view, width))
        self.query_one("#happened", Words).show(lambda width: happened.lines(view.runs, width))
        self._show_details()

    def _show_details(self) -> None:
        view, current = self.view, self.current
        pane = self.query_one("#details-pane", Pane)
        words = self.query_one("#details", Words)
        if view.problems or current is None:
            pane.entitle("What to do" if not view.problems else "Errors in the file")
            words.show(lambda width: advice(view, width))
            return
        pane.entitle(current.name, f"line {current.experiment.line}")
        words.show(lambda width: details(current, view, width))

    def on_table_moved(self, message: Table.Moved) -> None:
        if self.current is not None:
            self.remember(subject=self.current.name)
        self._show_details()

    async def _open_runs(self) -> None:
        """Those of the experiment or arm under the cursor."""
        current = self.current
        if current is not None:
            arm = "" if current.arm is None else f" arm={current.arm}"
            await self.lab_app.open_runs(f"exp={current.name}{arm}")

    def action_group_by(self) -> None:
        current = self.current
        if current is not None and current.arm is None:
            self._unfolded ^= {current.name}
            self.see(self.view)

    def action_filter(self) -> None:
        self.prompt("show experiments with ", self._filter, self._set_filter)

    def _set_filter(self, words: str) -> None:
        self._filter = words.strip()
        self.see(self.view)

    async def action_tail(self) -> None:
        current = self.current
        runs = current.runs if current is not None else ()
        if not runs:
            self.say("nothing has run here yet: R runs it", "warn")
            return
        newest = max(runs, key=lambda run: (run.state.is_live, run.started or run.submitted))
        await self.lab_app.open_run(newest, runs, "Log")

    def action_dry_run(self) -> None:
        if self.current is not None and not self.view.problems:
            trials = [one.trial for one in self.current.trials]
            self.lab_app.request(requests.dry_run(trials))

    def copied(self) -> str:
        return "" if self.current is None else self.current.name

    def action_edit(self) -> None:
        """At the first error, else at the experiment under the cursor."""
        view, current = self.view, self.current
        if view.file is None:
            self.say(view.trouble, "warn")
        elif view.problems:
            self.lab_app.edit(view.file, view.problems[0].line or 1)
        else:
            self.lab_app.edit(view.file, 1 if current is None else current.experiment.line)

    def question_stop(self) -> Question | None:
        current = self.current
        runs = [] if current is None else [run for run in current.runs if not run.state.is_over]
        if not runs:
            self.say("nothing of it is running or queued", "warn")
            return None
        request = requests.stop(runs)
        return Question(
            f"stop {requests.named(runs)}, with a checkpoint?",
            lambda: self.lab_app.request(request),
        )

    def question_make_run(self) -> Question | None:
        current = self.current
        if self.view.problems:
            self.say("the file has errors: e opens it at the first one", "bad")
        elif current is not None and not current.missing:
            self.say(f"nothing of {current.name} is missing: all is done, running or queued")
        elif current is not None:
            name = current.name if current.arm is None else f"{current.name}, arm {current.arm}"
            what = "1 trial" if current.missing == 1 else f"{current.missing} trials"
            trials = [one.trial for one in current.trials]
            source = self.view.file.parent if self.view.file is not None else None
            return Question(
                f"queue {what} of {name}?",
                lambda: self.lab_app.request(requests.submit(trials, source)),
            )
        return None
