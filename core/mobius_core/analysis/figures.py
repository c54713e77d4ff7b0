"""What came out of a run, as the few figures a table has room for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from mobius_core.config.trial import Json
from mobius_core.runs.run import Run

T = TypeVar("T")


def number(table: Mapping[str, Json], name: str) -> float | None:
    return as_number(table.get(name))


def as_number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def as_steps(value: object) -> int | None:
    return value if isinstance(value, int) else None


def as_word(value: object) -> str:
    return str(value or "")


class Read(Generic[T]):
    """An attribute of Figures: the value under a path of names, as `taken`."""

    def __init__(self, taken: Callable[[object], T], *path: str) -> None:
        self._taken = taken
        self._path = path

    def __get__(self, figures: Figures, owner: type[Figures]) -> T:
        value: object = figures.result
        for name in self._path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return self._taken(value)


@dataclass(frozen=True, slots=True)
class Figures:
    """Read from result.json as they are asked for, None where the task has no such figure: a table
    of a thousand runs asks for two or three of the eighteen, and all of them took 6 us a run.

    Accuracies and gaps are fractions, cross-entropies nats, onset times optimiser steps.
    """

    result: Mapping[str, Json]

    accuracy = Read(as_number, "test_acc")
    best_accuracy = Read(as_number, "best", "test_acc")
    """the highest of its evaluations"""
    cross_entropy = Read(as_number, "test_loss")
    oracle_accuracy = Read(as_number, "oracle_acc")
    oracle_cross_entropy = Read(as_number, "oracle_loss")
    gap = Read(as_number, "gap")
    """accuracy minus that of the divisibility oracle on the same rows"""
    gap_error = Read(as_number, "gap_se")
    """its paired standard error"""
    onset_class = Read(as_word, "onset", "class")
    memorised = Read(as_steps, "onset", "memorised")
    generalised = Read(as_steps, "onset", "generalised")
    delay = Read(as_steps, "onset", "delay")
    censored_at = Read(as_steps, "onset", "censored_at")
    """where watching a run ended that had not generalised"""
    steps = Read(as_steps, "step")
    """optimiser steps made"""
    density = Read(as_number, "density")
    """share of the weights of masked layers that exist"""
    seconds = Read(as_number, "seconds")
    cpu_seconds = Read(as_number, "cpu_seconds")
    eval_seconds = Read(as_number, "eval_seconds")
    """of `seconds`, those of evaluations"""
    standing = Read(as_word, "standing")
    """what the model is, where it did not learn from residues: belongs beside its accuracy"""


def figures_of(run: Run) -> Figures:
    """The figures of a run, all None before it has a result."""
    return Figures(run.result or {})
