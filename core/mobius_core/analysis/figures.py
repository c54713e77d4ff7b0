"""What came out of a run, as the few figures a table has room for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mobius_core.config.trial import Json
from mobius_core.runs.run import Run

NOTHING: Final[Mapping[str, Json]] = {}


class Figures:
    """Read from result.json as they are asked for, None where the task has no such figure: a table
    of a thousand runs asks for two or three of the eighteen, and all of them took 6 us a run.

    Accuracies and gaps are fractions, cross-entropies nats, onset times optimiser steps.
    """

    __slots__ = ("_result",)

    def __init__(self, result: Mapping[str, Json]) -> None:
        self._result = result

    @property
    def accuracy(self) -> float | None:
        return number(self._result, "test_acc")

    @property
    def best_accuracy(self) -> float | None:
        """the highest of its evaluations"""
        return number(part(self._result, "best"), "test_acc")

    @property
    def cross_entropy(self) -> float | None:
        return number(self._result, "test_loss")

    @property
    def oracle_accuracy(self) -> float | None:
        return number(self._result, "oracle_acc")

    @property
    def oracle_cross_entropy(self) -> float | None:
        return number(self._result, "oracle_loss")

    @property
    def gap(self) -> float | None:
        """accuracy minus that of the divisibility oracle on the same rows"""
        return number(self._result, "gap")

    @property
    def gap_error(self) -> float | None:
        """its paired standard error"""
        return number(self._result, "gap_se")

    @property
    def onset_class(self) -> str:
        return str(part(self._result, "onset").get("class") or "")

    @property
    def memorised(self) -> int | None:
        return step(part(self._result, "onset"), "memorised")

    @property
    def generalised(self) -> int | None:
        return step(part(self._result, "onset"), "generalised")

    @property
    def delay(self) -> int | None:
        return step(part(self._result, "onset"), "delay")

    @property
    def censored_at(self) -> int | None:
        """where watching a run ended that had not generalised"""
        return step(part(self._result, "onset"), "censored_at")

    @property
    def steps(self) -> int | None:
        """optimiser steps made"""
        return step(self._result, "step")

    @property
    def density(self) -> float | None:
        """share of the weights of masked layers that exist"""
        return number(self._result, "density")

    @property
    def seconds(self) -> float | None:
        return number(self._result, "seconds")

    @property
    def cpu_seconds(self) -> float | None:
        return number(self._result, "cpu_seconds")

    @property
    def eval_seconds(self) -> float | None:
        """of `seconds`, those of evaluations"""
        return number(self._result, "eval_seconds")

    @property
    def standing(self) -> str:
        """what the model is, where it did not learn from residues: belongs beside its accuracy"""
        return str(self._result.get("standing") or "")


def figures_of(run: Run) -> Figures:
    """The figures of a run, all None before it has a result."""
    return Figures(run.result or NOTHING)


def part(table: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    """A table inside, empty where it is none."""
    value = table.get(name)
    return value if isinstance(value, dict) else NOTHING


def number(table: Mapping[str, Json], name: str) -> float | None:
    value = table.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def step(table: Mapping[str, Json], name: str) -> int | None:
    value = table.get(name)
    return value if isinstance(value, int) else None
