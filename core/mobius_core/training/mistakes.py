"""Held-out rows that a model gets wrong, with all that there is to say of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mobius_core.config.trial import Json
from mobius_core.numbers.factors import factorise
from mobius_core.numbers.score import Score
from mobius_core.training.held_out import HeldOut
from mobius_core.training.targets.target import Target


def mistakes(test: HeldOut, target: Target, ours: Score, count: int) -> Iterator[dict[str, Json]]:
    """The `count` mistakes that the model was surest of, the surest first."""
    wrong = np.flatnonzero(~ours.correct)
    sure = ours.probabilities[wrong, ours.chosen[wrong]]
    for row in wrong[np.argsort(-sure, kind="stable")][:count].tolist():
        n = int(test.n[row])
        oracle: dict[str, Json] | None = None
        if test.oracle is not None:
            oracle = by_value(target, test.oracle.probabilities[row].tolist())
        yield {
            "row": row,
            "n": n,
            "factors": [[p, power] for p, power in factorise(n)],
            "divides": [d for d in test.inputs.known.divisors if n % d == 0],
            "truth": target.values[int(ours.labels[row])],
            "answer": target.values[int(ours.chosen[row])],
            "probabilities": by_value(target, ours.probabilities[row].tolist()),
            "oracle": oracle,
        }


def by_value(target: Target, chances: list[float]) -> dict[str, Json]:
    return {str(value): chance for value, chance in zip(target.values, chances, strict=True)}
