"""Which trials need the numbers of their data set factored, and where it says that they are."""

from __future__ import annotations

from typing import Final

from mobius_core.config.trial import Trial
from mobius_core.training.registry import TARGETS

FACTORS_FILE: Final = "factors.json"
"""Of a data set: there once liouville.npy and omega.npy are."""


def wants_factors(trial: Trial) -> bool:
    """Its target is not found by the sieve for mu, and its rows are stored."""
    task = trial.tables.get("task")
    entry = TARGETS.get(str(task.get("target"))) if isinstance(task, dict) else None
    return entry is not None and entry.factored
