"""Onset on the command line: one row an arm, then what the sweep's statistics say."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from rich.table import Table

from mobius_core.analysis.judged_again import judged_again
from mobius_core.analysis.onset_table import OnsetRow, Spread, onset_table
from mobius_core.config.trial import Json
from mobius_core.runs.run import State
from mobius_tui.cli import output
from mobius_tui.cli.onset_statistics import show_curves, show_statistics, statistics
from mobius_tui.cli.trials import runs_of
from mobius_tui.model import TrialView

COUNTS = ("n", "grokked", "direct", "memorised_only", "not_memorised", "failed")
HEADERS = ("n", "groks", "direct", "mem only", "not mem", "failed")
WAITS = ("memorised", "generalised", "delay")


Planned = Mapping[str, Sequence[tuple[str, str]]]
"""experiment -> pairs (arm, control)"""


def report(views: Sequence[TrialView], planned: Planned, *, as_json: bool) -> None:
    rows = onset_table(runs_of(views))
    sweeps = {name: [view for view in views if view.trial.experiment == name] for name in planned}
    found = [statistics(name, planned[name], sweeps[name]) for name in sweeps if rows]
    if as_json:
        output.emit_json(
            {
                "trials": [trial_json(view) for view in views],
                "arms": [arm_json(row) for row in rows],
                "complete": is_complete(views),
                "sweeps": [*found],
            }
        )
        return
    if rows:
        output.draw(onset_rows(rows))
        show_curves(runs_of(views))
    for one in found:
        show_statistics(one)
    for sentence in caveats(views):
        output.say(sentence)


def onset_rows(rows: tuple[OnsetRow, ...]) -> Table:
    """Steps as median (lowest to highest); medians count the censored (Kaplan-Meier)."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("arm")
    for name in (*HEADERS, *WAITS, "censored at"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.arm,
            *(str(getattr(row, name) or "." if name != "n" else row.n) for name in COUNTS),
            *(spread(getattr(row, name)) for name in WAITS),
            censoring(row),
        )
    return table


def spread(steps: Spread) -> str:
    """`230 (205-260)`; a median hidden by censoring is only known to be later."""
    if steps.low is None:
        return "-"
    median = f"{steps.median:g}" if steps.median is not None else f">{steps.high}"
    return f"{median} ({steps.low}-{steps.high})"


def censoring(row: OnsetRow) -> str:
    """`3000 (2)`: the latest step up to which a run that never generalised was watched."""
    if not row.censored_at:
        return "-"
    return f"{row.censored_at[-1]} ({len(row.censored_at)})"


def is_complete(views: Sequence[TrialView]) -> bool:
    return all(view.run is not None and view.run.state is State.DONE for view in views)


def caveats(views: Sequence[TrialView]) -> list[str]:
    """What keeps the table from being final, and which runs failed."""
    runs = runs_of(views)
    done = sum(run.state is State.DONE for run in runs)
    found = [f"{done} of {len(views)} trials done"]
    if not is_complete(views):
        found[0] += ": not complete, so not final"
    if len(rules := {rule(view) for view in views}) == 1:
        found += rules
    found += [
        f"{run.state}: {run.trial.name} ({run.id})" + (f": {run.message}" if run.message else "")
        for run in runs
        if run.state.is_over and run.state is not State.DONE
    ]
    return found


def by_rule(view: TrialView, threshold: float | None, hold: int | None) -> TrialView:
    """The trial as if its `onset` table had asked for this; None keeps what it asks for."""
    own = onset_rule(view)
    asked = {
        "threshold": own.get("threshold") if threshold is None else threshold,
        "hold": own.get("hold") if hold is None else hold,
    }
    at_least, steps = asked["threshold"], asked["hold"]
    if not isinstance(at_least, (int, float)) or not isinstance(steps, int):
        return view
    trial = dataclasses.replace(view.trial, tables={**view.trial.tables, "onset": {**own, **asked}})
    return TrialView(trial, tuple(judged_again(run, at_least, steps) for run in view.runs))


def onset_rule(view: TrialView) -> Mapping[str, Json]:
    onset = view.trial.tables.get("onset")
    return onset if isinstance(onset, dict) else {}


def rule(view: TrialView) -> str:
    """What the trial's `onset` table asks for, in words."""
    asked = onset_rule(view)
    return f"threshold {asked.get('threshold')}, held {asked.get('hold')} optimiser steps"


def trial_json(view: TrialView) -> dict[str, Json]:
    """One trial; `class` and steps are null where it has no verdict."""
    run = view.run
    result = run.result if run is not None and run.state is State.DONE else None
    verdict = (result or {}).get("onset")
    onset: Mapping[str, Json] = verdict if isinstance(verdict, dict) else {}
    names = ("class", "memorised", "generalised", "delay", "spacing", "censored_at")
    return {
        "trial": view.trial.name,
        "arm": view.trial.arm,
        "seed": view.trial.seed,
        "axes": dict(view.trial.axes),
        "run": run.id if run else None,
        "state": str(run.state) if run else None,
        **{name: onset.get(name) for name in names},
    }


def arm_json(row: OnsetRow) -> dict[str, Json]:
    return dataclasses.asdict(row)
