"""Predictions class by class, and whether their probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core.config.trial import Json
from mobius_core.numbers.score import Score

BINS: Final = 20
"""of equal width, for the probability given to the answer"""


def confusion(score: Score) -> NDArray[np.int64]:
    """(classes, classes): how often which true class (row) was taken for which (column)."""
    classes = score.probabilities.shape[1]
    pairs = np.bincount(score.labels * classes + score.chosen, minlength=classes**2)
    return pairs.reshape(classes, classes)


def by_class(values: Sequence[int], ours: Score, oracle: Score | None) -> list[Json]:
    """Of each value of the target: its rows, how often it was answered, the share of its rows that
    we and the oracle get right (null without such rows)."""
    table = confusion(ours)
    theirs = None if oracle is None else confusion(oracle)
    found: list[Json] = []
    for i, value in enumerate(values):
        rows = int(table[i].sum())
        found.append(
            {
                "value": value,
                "rows": rows,
                "predicted": int(table[:, i].sum()),
                "accuracy": int(table[i, i]) / rows if rows else None,
                "oracle_acc": int(theirs[i, i]) / rows if rows and theirs is not None else None,
            }
        )
    return found


def calibration(score: Score) -> dict[str, Json]:
    """Reliability: rows by the probability of their answer, with the share of right answers; and
    the expected calibration error, the mean distance of the two (Guo et al. 2017)."""
    confidence = score.probabilities.max(axis=1).astype(np.float64)
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    rows = np.bincount(bins, minlength=BINS)
    believed = np.bincount(bins, weights=confidence, minlength=BINS)
    right = np.bincount(bins, weights=score.correct, minlength=BINS)
    found: list[Json] = [
        {
            "low": i / BINS,
            "high": (i + 1) / BINS,
            "rows": int(rows[i]),
            "confidence": float(believed[i] / rows[i]),
            "accuracy": float(right[i] / rows[i]),
        }
        for i in range(BINS)
        if rows[i]
    ]
    return {"error": float(np.abs(believed - right).sum() / len(confidence)), "bins": found}
