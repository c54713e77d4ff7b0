"""How a probabilistic prediction did on rows whose classes are known, and beside another one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobius_core.config.trial import Json

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """Columns of one length, a row each."""

    labels: Labels
    """true classes"""
    chosen: Labels
    """the most probable class of each row"""
    nats: Floats
    """minus the log of the true class's probability"""
    probabilities: NDArray[np.floating]
    """(rows, classes)"""

    @property
    def correct(self) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = self.chosen == self.labels
        return right

    @property
    def accuracy(self) -> float:
        return float(self.correct.mean())

    @property
    def cross_entropy(self) -> float:
        return float(self.nats.mean())

    def of(self, rows: NDArray[np.bool_] | slice) -> Score:
        """Of some of the rows."""
        return Score(
            self.labels[rows], self.chosen[rows], self.nats[rows], self.probabilities[rows]
        )

    def among(self, classes: list[int]) -> Score:
        """Told that the class is one of these; labels then count in their order.

        A row that gave none of them a chance takes all for equally likely.
        """
        chances = self.probabilities[:, classes].astype(np.float64)
        sums = chances.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            chances = np.where(sums > 0, chances / sums, 1 / len(classes))
        return score(chances, np.searchsorted(classes, self.labels))


def score(probabilities: NDArray[np.floating], labels: Labels) -> Score:
    """Of `probabilities` (rows, classes) against class indices (rows,)."""
    true = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    with np.errstate(divide="ignore"):
        nats = -np.log(true)
    return Score(labels, probabilities.argmax(axis=1), nats, probabilities)


def paired_gap(ours: NDArray[np.generic], theirs: NDArray[np.generic]) -> tuple[float, float]:
    """The mean of ours - theirs over the same rows, and its standard error."""
    difference = ours.astype(np.float64) - theirs.astype(np.float64)
    error = difference.std(ddof=1) / math.sqrt(len(difference)) if len(difference) > 1 else 0.0
    return float(difference.mean()), float(error)


def compare(ours: Score, oracle: Score | None) -> dict[str, Json]:
    """Accuracy and cross-entropy beside those of the oracle on the same rows, which are null where
    there is no oracle; gaps are ours less the oracle's, with paired standard errors."""
    figures: dict[str, Json] = {
        "test_acc": ours.accuracy,
        "test_loss": finite(ours.cross_entropy),
        "base_rate": base_rate(ours.labels),
        "rows": len(ours.labels),
    }
    if oracle is None:
        return {**figures, **dict.fromkeys(OF_THE_ORACLE)}
    gap, gap_se = paired_gap(ours.correct, oracle.correct)
    with np.errstate(invalid="ignore"):
        loss_gap, loss_gap_se = paired_gap(ours.nats, oracle.nats)
    found = (oracle.accuracy, oracle.cross_entropy, gap, gap_se, loss_gap, loss_gap_se)
    return {**figures, **dict(zip(OF_THE_ORACLE, map(finite, found), strict=True))}


OF_THE_ORACLE = ("oracle_acc", "oracle_loss", "gap", "gap_se", "loss_gap", "loss_gap_se")


def finite(value: float) -> float | None:
    """None for what JSON has no number for."""
    return value if math.isfinite(value) else None


def base_rate(labels: Labels) -> float:
    """Accuracy of always answering the commonest class."""
    return float(np.bincount(labels).max()) / len(labels)
