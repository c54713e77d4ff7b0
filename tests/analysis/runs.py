"""Runs as they are read from folders, made in memory."""

from __future__ import annotations

from pathlib import Path

from mobius_core.config.trial import Json, Trial
from mobius_core.runs.run import Run, State


def run(
    name: str,
    *,
    number: int = 0,
    result: dict[str, Json] | None = None,
    tables: dict[str, Json] | None = None,
    axes: dict[str, Json] | None = None,
    state: State = State.DONE,
) -> Run:
    """A run of the trial `experiment/arm,axis=value,sN`."""
    experiment, _, rest = name.partition("/")
    *cell, seed = rest.split(",")
    arm = cell[0] if cell and "=" not in cell[0] else None
    trial = Trial(
        name=name,
        experiment=experiment,
        kind="modular",
        key=name,
        seed=int(seed[1:]),
        arm=arm,
        axes=axes or {},
        tables=tables or {},
    )
    return Run(
        id=f"20261121T120000-{experiment}-{number:04x}",
        folder=Path("/nowhere"),
        trial=trial,
        state=state,
        host="here",
        attempt=1,
        submitted=float(number),
        result=result,
    )


def judged(memorised: int | None, generalised: int | None, watched: int = 3000) -> dict[str, Json]:
    """A result of a modular run."""
    grokked = memorised is not None and generalised is not None
    return {
        "test_acc": 1.0 if generalised else 0.5,
        "best": {"step": 10, "test_acc": 1.0 if generalised else 0.6},
        "onset": {
            "class": "grokked" if grokked else "memorised_only",
            "memorised": memorised,
            "generalised": generalised,
            "delay": generalised - memorised if memorised and generalised else None,
            "censored_at": None if generalised else watched,
        },
    }
