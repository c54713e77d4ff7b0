"""What keeps the figures of a report from being final, or from being one measurement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from mobius_core.analysis.figures import figures_of
from mobius_core.analysis.report import Asked, by_cell, counts
from mobius_core.config.trial import Json
from mobius_core.runs.run import Run, State

OF_RESULT: Final = ("device", "precision")
OF_ENVIRONMENT: Final = ("commit", "code", "host")
"""Keys of result.json and env.json that should be one for all runs of a cell."""


def cautions(
    name: str, asked: Iterable[Asked], environments: Mapping[str, Mapping[str, Json]]
) -> tuple[str, ...]:
    """In sentences, of one experiment; `environments` is env.json by run."""
    asked = tuple(asked)
    count = counts(asked)
    found = []
    if count.done < count.planned:
        found.append(f"{name}: {count.done} of {count.planned} trials done, so not final")
    for _, run in asked:
        if run is not None and run.state.is_over and run.state is not State.DONE:
            why = f": {run.message}" if run.message else ""
            found.append(f"{run.trial.name} is {run.state}{why} ({run.id})")
    for cell, of_cell in by_cell(asked).items():
        runs = [run for _, run in of_cell if run is not None and run.state is State.DONE]
        for standing in dict.fromkeys(figures_of(run).standing for run in runs):
            if standing:
                found.append(f"{cell}: {standing}")
        for key, values in mixed(runs, environments).items():
            found.append(f"{cell} mixes {key}s: {', '.join(values)}")
    return tuple(found)


def mixed(
    runs: Iterable[Run], environments: Mapping[str, Mapping[str, Json]]
) -> dict[str, list[str]]:
    """Keys of which these runs have several values, each cut to twelve characters."""
    values: dict[str, dict[str, None]] = {}
    for run in runs:
        origins = (
            *((key, (run.result or {}).get(key)) for key in OF_RESULT),
            *((key, environments.get(run.id, {}).get(key)) for key in OF_ENVIRONMENT),
        )
        for key, value in origins:
            if value is not None:
                values.setdefault(key, {})[str(value)[:12]] = None
    return {key: list(found) for key, found in values.items() if len(found) > 1}
