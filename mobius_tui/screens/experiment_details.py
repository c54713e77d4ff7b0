"""What the details pane says about one experiment."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from mobius_core.analysis.figures import figures_of
from mobius_core.config.trial import Json, Trial
from mobius_core.metrics.onset import GROKKED
from mobius_core.runs.run import State
from mobius_tui.model import ExperimentView, LabView
from mobius_tui.screens import wording
from mobius_tui.values import shows, written
from mobius_tui.widgets.styled import Cell, Line, line

TABLES: Final = ("task", "model", "train", "data", "eval", "onset", "command")
OF_COMMANDS: Final = ("task", "command", "params", "regex", "names")
HIDDEN: Final = frozenset({"hash"})
"""Keys of tables that nobody wrote."""
SWEPT: Final = 3
"""Values of an axis that are written out; more are counted."""
WIDEST: Final = 40
"""Cells that the values of an axis may take together."""
CELLS: Final = 200
"""Points of a sweep that are looked at for what varies: enough for a hint, quick for any sweep."""


def details(view: ExperimentView, lab: LabView, width: int) -> list[Line]:
    """Title, sweep, progress, what is asked, the arms: in `width` cells."""
    experiment = view.experiment
    lines: list[Line] = [line(part) for part in textwrap.wrap(experiment.title, width)]
    lines.append(line(Cell(sweep(view), "strong")))
    lines.append(progress(view))
    if experiment.note:
        lines += [line(Cell(part, "dim")) for part in textwrap.wrap(experiment.note, width)]
    split = view.arms
    if split:
        lines += [(), *arm_table(split)]
    else:
        lines += came_out(view)
    if view.trials:
        lines += [(), *asked(view, width)]
    return lines


def sweep(view: ExperimentView) -> str:
    """`6 arms x 3 train.lr x 8 seeds = 144 trials`"""
    trials = [one.trial for one in view.trials]
    factors = []
    named_arms = {trial.arm for trial in trials} - {None}
    if named_arms:
        factors.append(f"{len(named_arms)} arms")
    for axis in dict.fromkeys(axis for trial in trials for axis in trial.axes):
        factors.append(f"{len({str(trial.axes.get(axis)) for trial in trials})} {axis}")
    seeds = len({trial.seed for trial in trials})
    factors.append("1 seed" if seeds == 1 else f"{seeds} seeds")
    whole = "1 trial" if len(trials) == 1 else f"{len(trials)} trials"
    return f"{' x '.join(factors)} = {whole}" if len(factors) > 1 else f"{whole}, {factors[0]}"


def progress(view: ExperimentView) -> Line:
    counts = [
        (view.done, "done", "good"),
        (view.live, "running", "live"),
        (view.pending, "queued", "dim"),
        (view.failed, "failed", "bad"),
        (view.count(State.STOPPED), "stopped", "warn"),
        (view.missing, "to run: press R", "key"),
    ]
    said = [Cell(f"{count} {word}", tone) for count, word, tone in counts if count]  # type: ignore[arg-type]
    return [cell for one in said for cell in (one, Cell(", "))][:-1]


def came_out(view: ExperimentView) -> list[Line]:
    """Last figures of an experiment without arms, and its published references."""
    kind = view.experiment.kind
    done = [run for run in view.runs if run.state is State.DONE]
    lines: list[Line] = []
    for run in done[:SWEPT]:
        figures = figures_of(run)
        parts = [wording.accuracy(figures.accuracy, kind), wording.gap(run)]
        oracle = figures.oracle_accuracy
        if oracle is not None:
            parts.append(f"oracle {wording.accuracy(oracle, kind)}")
        parts.append(figures.standing)
        words = "   ".join(part for part in parts if part)
        if words:
            lines.append(line(Cell(f"s{run.trial.seed}  ", "dim"), words))
    for name, values in dict(view.experiment.reference).items():
        if isinstance(values, Mapping):
            said = "  ".join(
                f"{metric} {wording.figure(metric, value, kind)}"
                for metric, value in values.items()
                if isinstance(value, (int, float))
            )
            if said:  # those of corrupted inputs take a table: `mobius report`
                lines.append(line(Cell(f"{name}: {said}", "dim")))
    return [(), *lines] if lines else []


def arm_table(split: Sequence[ExperimentView]) -> list[Line]:
    """One line an arm: trials done, and grokking or best accuracy."""
    room = max(len(view.arm or "") for view in split)
    modular = split[0].experiment.kind == "modular"
    lines: list[Line] = [
        line(Cell(f"{'arm':{room}}    done   " + ("groks   delay" if modular else "best"), "head"))
    ]
    for view in split:
        done = [run for run in view.runs if run.state is State.DONE]
        if modular:
            groks = sum(figures_of(run).onset_class == GROKKED for run in done)
            words = f"{groks:>2}/{len(done):<4} {delays(view)}" if done else ""
        else:
            words = wording.accuracy(wording.best_of(done), view.experiment.kind)
        lines.append(line(f"{view.arm:{room}}  {view.done:>3}/{len(view.trials):<3}  {words}"))
    return lines


def delays(view: ExperimentView) -> str:
    """Median and range of the delays seen; never-grokked runs are counted, not averaged."""
    found = [delay for run in view.runs if (delay := figures_of(run).delay) is not None]
    if not found:
        return ""
    middle = median(found)
    return f"{middle:g}" if len(found) == 1 else f"{middle:g} [{min(found)}, {max(found)}]"


def asked(view: ExperimentView, width: int) -> list[Line]:
    """The tables of the first trial; what the sweep varies is written as its values."""
    seed = view.trials[0].trial.seed
    cells = [one.trial for one in view.trials if one.trial.seed == seed][:CELLS]
    lines: list[Line] = []
    for name in OF_COMMANDS if view.experiment.kind == "command" else TABLES:
        table = cells[0].tables.get(name)
        if not isinstance(table, dict) or not table:
            continue
        usual = defaults(name)
        words = "  ".join(
            f"{key} {swept(cells, name, key)}"
            for key in table
            if key not in HIDDEN and any(is_told(cell, name, key, usual) for cell in cells)
        )
        for index, part in enumerate(textwrap.wrap(words, max(width - 9, 20))):
            lines.append(line(Cell(f"{name if not index else '':8} ", "head"), part))
    return lines


def defaults(table: str) -> Mapping[str, Json]:
    """Values that go without saying: of the tables that mostly hold defaults."""
    from mobius_core.config.check import to_table
    from mobius_core.training.spec import EvalSpec, TrainSpec

    return {"train": to_table(TrainSpec()), "eval": to_table(EvalSpec())}.get(table, {})


def is_told(cell: Trial, table: str, key: str, usual: Mapping[str, Json]) -> bool:
    value = value_of(cell, table, key)
    return shows(value) and value != usual.get(key)


def swept(cells: Sequence[Trial], table: str, key: str) -> str:
    """The value, or the values that arms and axes give it."""
    values = list(dict.fromkeys(written(value_of(trial, table, key)) for trial in cells))
    if len(values) == 1:
        return values[0]
    several = f"({', '.join(values)})"
    return several if len(values) <= SWEPT and len(several) <= WIDEST else f"({len(values)} values)"


def value_of(trial: Trial, table: str, key: str) -> Json:
    found = trial.tables.get(table)
    return found.get(key) if isinstance(found, dict) else None
