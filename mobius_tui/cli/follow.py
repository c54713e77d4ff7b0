"""`mobius run --follow`: bars on a terminal, plain lines elsewhere; leaving it stops nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol, cast

from mobius_core.config.trial import Json
from mobius_core.errors import INTERRUPTED
from mobius_core.metrics.tail import last_row
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run, State
from mobius_core.runs.wait import looks
from mobius_tui.cli import output
from mobius_tui.cli.status import raise_if_gone, raise_unless_well, show

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PASSING: Final = frozenset({State.STARTING, State.STOPPING})
PLAIN_EVERY = 5.0
"""Seconds between two plain lines on a run whose state has not changed."""


class Display(Protocol):
    """Shows runs as they are; `close` leaves the terminal as it was."""

    def show(self, runs: Sequence[Run]) -> None: ...
    def close(self) -> None: ...


def follow_runs(lab: Lab, ids: Sequence[str], *, as_document: bool = False) -> int:
    """Show the runs until all have ended, then a table or one JSON object; 130 after ctrl-c.

    WorkFailed if any ended other than done or stopped on request.
    """
    runs = show_to_the_end(lab, ids)
    if runs is None:
        return INTERRUPTED
    if runs or as_document:
        show(runs, as_document=as_document, every=True)
    raise_if_gone(ids, runs)
    raise_unless_well(runs)
    return 0


def show_to_the_end(lab: Lab, ids: Sequence[str]) -> tuple[Run, ...] | None:
    """Show the runs until all have ended; None when detached by ctrl-c, which stops nothing."""
    display: Display = Bars() if sys.stderr.isatty() else Lines()
    runs: tuple[Run, ...] = ()
    try:
        for runs in looks(lab, ids):
            display.show(runs)
    except KeyboardInterrupt:
        display.close()
        output.say("detached; the runs go on: `mobius status` shows them")
        return None
    finally:
        display.close()
    return runs


def total_steps(run: Run) -> int | None:
    """How many steps (rows, for a build) make the run complete; None where nobody knows."""
    tables = run.trial.tables
    if run.trial.kind == "build":
        data = cast("dict[str, Json]", tables["data"])
        rows = data.get("rows") or data.get("test")
        return rows if isinstance(rows, int) else None
    train = tables.get("train")
    if not isinstance(train, dict):
        return None
    steps, epochs, epoch = (train.get(name) for name in ("steps", "epochs", "epoch"))
    batch = train.get("batch")
    if isinstance(steps, int):
        return steps
    if isinstance(epochs, int) and isinstance(epoch, int) and isinstance(batch, int):
        return epochs * epoch // batch
    return None


def newest_step(run: Run) -> int | None:
    row = last_row(RunFolder(run.folder).metrics)
    step = row.get("step") if row else None
    return step if isinstance(step, int) else None


class Lines:
    """One line at each change of state, and now and then how far a live run is."""

    def __init__(self, say: Callable[[str], None] = output.say) -> None:
        self._say = say
        self._states: dict[str, State] = {}
        self._said: dict[str, float] = {}

    def show(self, runs: Sequence[Run]) -> None:
        now = time.monotonic()
        for run in runs:
            # Starting and stopping pass in a moment; one that stays is told in time.
            changed = self._states.get(run.id) is not run.state and run.state not in PASSING
            due = run.state.is_live and now - self._said.setdefault(run.id, now) > PLAIN_EVERY
            if not changed and not due:
                continue
            from mobius_tui.cli.run_table import outcome

            self._states[run.id] = run.state
            self._said[run.id] = now
            clock = time.strftime("%H:%M:%S")
            self._say(f"{clock} {run.trial.name} {run.state} {outcome(run)}".rstrip())

    def close(self) -> None:
        """Lines need no farewell."""


class Bars:
    """A bar for each live run and one for all of them."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._progress: Progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[words]}", markup=False),
            console=output.console(stderr=True),
            transient=True,
        )
        self._all: TaskID = self._progress.add_task("all", words="")
        self._bars: dict[str, TaskID] = {}
        self._progress.start()

    def show(self, runs: Sequence[Run]) -> None:
        over = [run for run in runs if run.state.is_over]
        self._progress.update(self._all, total=len(runs), completed=len(over))
        for run in over:
            bar = self._bars.pop(run.id, None)
            if bar is not None:
                self._progress.remove_task(bar)
        for run in runs:
            if run.state.is_live:
                self._show_live(run)

    def _show_live(self, run: Run) -> None:
        from mobius_tui.cli.run_table import outcome

        if run.id not in self._bars:
            self._bars[run.id] = self._progress.add_task(
                run.trial.name, total=total_steps(run), words=""
            )
        self._progress.update(
            self._bars[run.id], completed=newest_step(run) or 0, words=outcome(run)
        )

    def close(self) -> None:
        self._progress.stop()
