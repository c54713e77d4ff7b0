"""Which inputs a network uses: what it loses when one token is exchanged between rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core.config.trial import Json
from mobius_core.numbers.score import Score, paired_gap
from mobius_core.training.held_out import HeldOut, Predictor
from mobius_core.training.inputs import Tokens

SEED: Final = 20250215
EVALUATIONS: Final = 4
"""All tokens together cost as many forward passes as so many evaluations,"""
LEAST: Final = 256
"""unless a token would get fewer rows than these."""


@dataclass(frozen=True)
class Permuted:
    """Exchanges one token between all rows, the same in every run."""

    column: int
    values: NDArray[np.uint16]
    """of that token, in their new order"""

    def __call__(self, tokens: Tokens, first: int) -> None:
        tokens[:, self.column] = self.values[first : first + len(tokens)]


def importance(test: HeldOut, predictor: Predictor, ours: Score) -> Iterator[dict[str, Json]]:
    """Of each token: how much accuracy falls and cross-entropy rises on the first rows when it is
    permuted among them, paired by row, and the same of the oracle that believes its input.

    `ours` is the score on all rows as they are.
    """
    tokens = len(test.inputs.vocabularies)
    rows = min(len(test), max(LEAST, EVALUATIONS * len(test) // tokens))
    part = test.first(rows)
    table = part.inputs.tokens(part.n)
    before = ours.of(slice(rows))
    for column, name in enumerate(test.inputs.names):
        order = np.random.default_rng((SEED, column)).permutation(rows)
        change = Permuted(column, table[order, column])
        drop, drop_se, rise, rise_se = change_of(before, part.score(predictor, change))
        found: dict[str, Json] = {
            "input": name,
            "rows": rows,
            "drop": drop,
            "drop_se": drop_se,
            "rise": rise,
            "rise_se": rise_se,
            "oracle_drop": None,
        }
        ideal = part.ideal(change)
        if ideal is not None and part.oracle is not None:
            found["oracle_drop"] = paired_gap(part.oracle.correct, ideal.correct)[0]
        yield found


def change_of(before: Score, after: Score) -> tuple[float, float, float, float]:
    return (
        *paired_gap(before.correct, after.correct),
        *paired_gap(after.nats, before.nats),
    )
