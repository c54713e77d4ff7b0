"""What came out of a run, as the few figures a table has room for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mobius_core.config.trial import Json
from mobius_core.runs.run import Run


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Read from result.json; None where the task has no such figure.

    Accuracies and gaps are fractions, cross-entropies nats, onset times optimiser steps.
    """

    accuracy: float | None = None
    best_accuracy: float | None = None
    """the highest of its evaluations"""
    cross_entropy: float | None = None
    oracle_accuracy: float | None = None
    oracle_cross_entropy: float | None = None
    gap: float | None = None
    """accuracy minus that of the divisibility oracle on the same rows"""
    gap_error: float | None = None
    """its paired standard error"""
    onset_class: str = ""
    memorised: int | None = None
    generalised: int | None = None
    delay: int | None = None
    censored_at: int | None = None
    """where watching a run ended that had not generalised"""
    steps: int | None = None
    """optimiser steps made"""
    density: float | None = None
    """share of the weights of masked layers that exist"""
    seconds: float | None = None
    cpu_seconds: float | None = None
    eval_seconds: float | None = None
    """of `seconds`, those of evaluations"""
    standing: str = ""
    """what the model is, where it did not learn from residues: belongs beside its accuracy"""


def figures_of(run: Run) -> Figures:
    """The figures of a run, all None before it has a result."""
    result = run.result or {}
    said = result.get("onset")
    onset: Mapping[str, Json] = said if isinstance(said, dict) else {}
    best = result.get("best")
    return Figures(
        accuracy=number(result, "test_acc"),
        best_accuracy=number(best, "test_acc") if isinstance(best, dict) else None,
        cross_entropy=number(result, "test_loss"),
        oracle_accuracy=number(result, "oracle_acc"),
        oracle_cross_entropy=number(result, "oracle_loss"),
        gap=number(result, "gap"),
        gap_error=number(result, "gap_se"),
        onset_class=str(onset.get("class") or ""),
        memorised=step(onset, "memorised"),
        generalised=step(onset, "generalised"),
        delay=step(onset, "delay"),
        censored_at=step(onset, "censored_at"),
        steps=step(result, "step"),
        density=number(result, "density"),
        seconds=number(result, "seconds"),
        cpu_seconds=number(result, "cpu_seconds"),
        eval_seconds=number(result, "eval_seconds"),
        standing=str(result.get("standing") or ""),
    )


def number(table: Mapping[str, Json], name: str) -> float | None:
    value = table.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def step(table: Mapping[str, Json], name: str) -> int | None:
    value = table.get(name)
    return value if isinstance(value, int) else None
