"""What happened last, newest first: from what the run folders say, nothing is remembered here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mobius_core.analysis.figures import figures_of
from mobius_core.metrics.onset import GROKKED
from mobius_core.runs.run import Run, State
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
    figures = figures_of(run)
    if figures.onset_class == GROKKED:
        return f"grokked at {figures.generalised} (memorised {figures.memorised})"
    if figures.onset_class:
        return figures.onset_class.replace("_", " ")
    parts = [wording.accuracy(figures.accuracy, run.trial.kind), wording.gap(run)]
    took = "" if run.started is None or run.ended is None else f"in {span(run.ended - run.started)}"
    return "  ".join(part for part in (*parts, took) if part)
