"""Runs as a table of rich, for people."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from mobius_core.analysis.figures import Figures, figures_of
from mobius_core.config.trial import PER_CENT
from mobius_core.metrics.tail import last_row
from mobius_core.metrics.visible import visible
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.run import Run, State
from mobius_tui.cli import output
from mobius_tui.widgets.clock import age, span

LATEST = 20
"""Finished runs that are listed unless all are asked for: what fits above a prompt."""
STYLES: Final[Mapping[State, str]] = {
    State.RUNNING: "cyan",
    State.STARTING: "cyan",
    State.STOPPING: "cyan",
    State.DONE: "green",
    State.QUEUED: "dim",
    State.WAITING: "dim",
    State.STOPPED: "yellow",
    State.UNKNOWN: "yellow",
}


def draw_runs(runs: Sequence[Run], *, every: bool) -> None:
    """Queued and live runs, then the latest finished ones; how many more there are."""
    open_runs = [run for run in runs if not run.state.is_over]
    over = sorted((run for run in runs if run.state.is_over), key=lambda run: run.ended or 0.0)
    shown = over if every else over[-LATEST:]
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("STATE", "TRIAL", "FOR", "WHERE", "RESULT", "ID"):
        table.add_column(name, no_wrap=name in ("STATE", "FOR", "ID"), overflow="fold")
    now = time.time()
    for run in [*shown, *open_runs]:
        table.add_row(
            Text(run.state, STYLES.get(run.state, "red")),
            Text(run.trial.name),
            Text(duration(run, now)),
            Text(place(run, now)),
            Text(visible(outcome(run))),
            Text(run.id, "dim"),
        )
    output.draw(table)
    if len(over) > len(shown):
        output.say(f"{len(over) - len(shown)} older runs are over; --all lists them")


def duration(run: Run, now: float) -> str:
    return "" if run.started is None else span(max(0.0, (run.ended or now) - run.started))


def place(run: Run, now: float) -> str:
    if run.ended is None:
        return run.where
    ago = age(now - run.ended)
    return ago if ago == "now" else f"{ago} ago"


def outcome(run: Run) -> str:
    """What came out, or how far it is, or why it ended; and what is odd about it."""
    return "; ".join(words for words in (story(run), run.warning) if words)


def story(run: Run) -> str:
    if run.waits_for:
        first, *others = run.waits_for.split(", ")
        return f"after {first}" + (f" and {len(others)} more" if others else "")
    if run.state.is_live:
        return progress(run)
    if run.state is not State.DONE:
        return run.message
    return result_words(run.trial.kind, figures_of(run))


def result_words(kind: str, figures: Figures) -> str:
    """test 99.12 %, gap -0.31 ± 0.05 points; or the class of the onset."""
    words = []
    if figures.accuracy is not None:
        words.append(f"test {percent(kind, figures.accuracy)}")
    if figures.gap is not None:
        spread = "" if figures.gap_error is None else f" ± {100 * figures.gap_error:.2f}"
        words.append(f"gap {100 * figures.gap:+.2f}{spread} points")
    if figures.onset_class:
        words.append(figures.onset_class)
    if figures.standing:
        words.append(figures.standing)
    return ", ".join(words)


def progress(run: Run) -> str:
    """The newest row of its metrics."""
    row = last_row(RunFolder(run.folder).metrics)
    if row is None or not isinstance(row.get("step"), int):
        return ""
    words = [f"step {row['step']:,}"]
    for name in ("train_acc", "test_acc"):
        value = row.get(name)
        if isinstance(value, (int, float)):
            words.append(f"{name.removesuffix('_acc')} {percent(run.trial.kind, value)}")
    left = row.get("left")
    if isinstance(left, (int, float)):
        words.append(f"{span(left)} left")
    return ", ".join(words)


def percent(kind: str, fraction: float) -> str:
    """Per cent for arithmetic tasks and evaluations, a fraction elsewhere."""
    return f"{100 * fraction:.2f} %" if kind in PER_CENT else f"{fraction:.4f}"
