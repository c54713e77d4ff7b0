"""Figures as the screens write them: per cent and points for arithmetic, fractions elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from mobius_core.analysis.figures import figures_of
from mobius_core.config.trial import PER_CENT
from mobius_core.metrics.onset import GROKKED
from mobius_core.runs.run import Run, State
from mobius_tui.model import ExperimentView, LiveView
from mobius_tui.widgets.styled import Cell, Tone

STATE_TONES: dict[State, Tone] = {
    State.RUNNING: "live",
    State.STARTING: "live",
    State.STOPPING: "live",
    State.DONE: "good",
    State.QUEUED: "dim",
    State.WAITING: "dim",
    State.STOPPED: "warn",
    State.KILLED: "warn",
    State.PREEMPTED: "warn",
    State.UNKNOWN: "warn",
}
"""All other states are ends that nobody wanted."""


def state_cell(state: State) -> Cell:
    return Cell(str(state), STATE_TONES.get(state, "bad"))


def accuracy(value: float | None, kind: str) -> str:
    if value is None:
        return ""
    return f"{100 * value:.2f} %" if kind in PER_CENT else f"{value:.3f}"


def figure(name: str, value: float, kind: str) -> str:
    """One metric by name: accuracies as above, everything else to four significant digits."""
    if name.endswith("acc"):
        return accuracy(value, kind)
    if name == "gap":
        return points(value)
    return f"{value:.4g}"


def points(value: float) -> str:
    """A difference of accuracies, `-0.03 pt`."""
    return f"{100 * value:+.2f} pt"


def gap(run: Run) -> str:
    """`-0.03 pt ±0.05`: accuracy minus that of the divisibility oracle, same rows."""
    figures = figures_of(run)
    if figures.gap is None:
        return ""
    error = figures.gap_error
    return points(figures.gap) + ("" if error is None else f" ±{100 * error:.2f}")


def best(run: Run) -> float | None:
    """The best test accuracy a run has reported."""
    figures = figures_of(run)
    found = figures.best_accuracy
    return figures.accuracy if found is None else found


def best_of(runs: Sequence[Run], live: Sequence[LiveView] = ()) -> float | None:
    values = [value for run in runs if (value := best(run)) is not None]
    ids = {run.id for run in runs}
    values += [
        one.values["test_acc"] for one in live if one.run.id in ids and "test_acc" in one.values
    ]
    return max(values, default=None)


def outcome(view: ExperimentView, live: Sequence[LiveView]) -> Cell:
    """What came out of an experiment, in a few words; the most urgent fact wins."""
    runs = view.runs
    going = [one for one in live if any(one.run.id == run.id for run in runs)]
    if going:
        return Cell(progress(going[0]) if len(going) == 1 else f"{len(going)} running", "live")
    if view.pending:
        return Cell(f"{view.pending} queued", "dim")
    if view.failed:
        ends = [run.state for run in runs if run.state.is_over and run.state is not State.DONE]
        return Cell(f"{view.failed} {max(ends, key=ends.count)}", "bad")
    if stopped := view.count(State.STOPPED):
        return Cell(f"{stopped} stopped", "warn")
    if not runs:
        return Cell("never run: press R", "dim")
    return came_out(view, [run for run in runs if run.state is State.DONE])


def came_out(view: ExperimentView, done: Sequence[Run]) -> Cell:
    """The figure that the kind of experiment is run for."""
    if view.experiment.kind == "modular":
        groks = sum(figures_of(run).onset_class == GROKKED for run in done)
        return Cell(f"groks {groks}/{len(done)}")
    gaps = [value for run in done if (value := figures_of(run).gap) is not None]
    if len(gaps) == 1:
        return Cell("gap " + next(words for run in done if (words := gap(run))))
    if gaps:
        return Cell(f"gap {points(median(gaps))}, median of {len(gaps)}")
    return Cell("done" if len(done) == len(view.trials) else "")


def progress(one: LiveView) -> str:
    """`step 210/3000`, or the state before the first metrics."""
    if one.step is None:
        return str(one.run.state)
    return f"step {one.step}" + ("" if one.of is None else f"/{one.of}")
