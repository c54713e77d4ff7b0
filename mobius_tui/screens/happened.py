"""What happened last, newest first: from what the run folders say, nothing is remembered here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mobius_core.runs.run import Run, State

from mobius_tui.model import number
from mobius_tui.screens import wording
from mobius_tui.widgets.clock import clock_seconds, span
from mobius_tui.widgets.styled import Cell, Line, line

KEPT = 50
"""Lines; older ones are in Runs."""


def lines(runs: Iterable[Run], width: int) -> Sequence[Line]:
    ended = sorted(
        ((run.ended, run) for run in runs if run.ended is not None and run.state.is_over),
        key=lambda pair: pair[0],
        reverse=True,
    )
    if not ended:
        return [line(Cell("No run has ended yet.", "dim"))]
    return [
        line(
            Cell(f"{clock_seconds(t)}  ", "dim"),
            f"{run.trial.name}  ",
            wording.state_cell(run.state),
            f"  {story(run)}",
        )
        for t, run in ended[:KEPT]
    ]


def story(run: Run) -> str:
    """How a run ended, beyond its state."""
    if run.state is not State.DONE:
        return run.message or (f"exit code {run.rc}" if run.rc else "")
    onset = wording.onset_class(run)
    if onset == "grokked":
        memorised = number(run.result, "onset", "memorised")
        generalised = number(run.result, "onset", "generalised")
        if memorised is not None and generalised is not None:
            return f"grokked at {generalised:g} (memorised {memorised:g})"
    if onset:
        return onset.replace("_", " ")
    parts = [wording.accuracy(wording.best(run), run.trial.kind), wording.gap(run)]
    took = "" if run.started is None or run.ended is None else f"in {span(run.ended - run.started)}"
    return "  ".join(part for part in (*parts, took) if part)
