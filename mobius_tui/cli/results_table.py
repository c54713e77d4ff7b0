"""What came out of runs of any task, side by side: the table that the demo ends with."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from mobius_core.analysis.figures import Figures, figures_of
from mobius_core.config.trial import PER_CENT
from mobius_core.runs.run import Run, State

COLUMNS = (
    "trial",
    "accuracy",
    "cross-entropy",
    "oracle",
    "gap",
    "memorised",
    "generalised",
    "delay",
    "density",
    "seconds",
)


def results_table(runs: Sequence[Run]) -> Table:
    """One row a run. Accuracies of arithmetic tasks in per cent and points, others as fractions;
    cross-entropy in nats with the oracle's beside it; onset in optimiser steps."""
    table = Table(
        caption="cross-entropy in nats; gap = accuracy minus the divisibility oracle on the same "
        "rows, paired standard error; onset in optimiser steps",
        caption_justify="left",
    )
    for position, name in enumerate(COLUMNS):
        table.add_column(name, justify="left" if position == 0 else "right", no_wrap=True)
    for run in runs:
        figures = figures_of(run)
        cells = cells_of(figures, run.trial.kind) if run.state is State.DONE else (str(run.state),)
        name = f"{run.trial.name}\n  {figures.standing}" if figures.standing else run.trial.name
        table.add_row(name, *cells)
    return table


def cells_of(figures: Figures, kind: str) -> tuple[str, ...]:
    """A target without an oracle leaves its cells empty."""
    shares = kind in PER_CENT
    return (
        per_cent(figures.accuracy) if shares else fraction(figures.accuracy),
        beside(figures.cross_entropy, figures.oracle_cross_entropy),
        per_cent(figures.oracle_accuracy),
        points(figures.gap, figures.gap_error),
        steps(figures.memorised, figures.onset_class),
        steps(figures.generalised, figures.onset_class),
        steps(figures.delay, figures.onset_class),
        fraction(figures.density),
        "" if figures.seconds is None else f"{figures.seconds:.1f}",
    )


def per_cent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f} %"


def fraction(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def beside(value: float | None, oracle: float | None) -> str:
    """`.5214 (.5188)`: ours, and in brackets the oracle's."""
    if value is None:
        return ""
    return f"{value:.4f}" if oracle is None else f"{value:.4f} ({oracle:.4f})"


def points(gap: float | None, error: float | None) -> str:
    if gap is None:
        return ""
    spread = "" if error is None else f" ± {100 * error:.2f}"
    return f"{100 * gap:+.2f}{spread} pt"


def steps(value: int | None, onset_class: str) -> str:
    """A step; `never` where the run ended before it happened; nothing for tasks without onset."""
    if value is not None:
        return f"{value}"
    return "never" if onset_class else ""
