"""The divisibility oracle: what is best said of mu(n) or mu(n)^2 by someone who is told which
primes of a set divide n, and nothing else.

For a uniform n the events p | n are independent up to terms of order 1/n, so the posteriors are
products. The residues themselves determine n, so a model may beat this oracle.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from mobius_core.numbers.rough import RoughSums
from mobius_core.numbers.squarefree import SQUAREFREE

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Target = Literal["mu", "mu2"]

CLASSES: Final[dict[str, tuple[int, ...]]] = {"mu": (-1, 0, 1), "mu2": (0, 1)}
"""The values of each target, in the order of the columns of its posterior."""
CHUNK: Final = 100_000


def divides(n: NDArray[np.uint64], primes: Sequence[int]) -> Bools:
    """(rows, primes): whether each prime divides each n."""
    table = np.empty((len(n), len(primes)), dtype=np.bool_)
    for column, p in enumerate(primes):
        table[:, column] = n % np.uint64(p) == 0
    return table


def mu2_posterior(divides: Bools, primes: Sequence[int]) -> Floats:
    """(rows,): P(n squarefree | which of `primes` divide n), from `divides` (rows, primes).

    A known divisor p leaves 1 - 1/p (the cofactor must avoid p), a prime known not to divide
    leaves 1, an unknown prime 1 - 1/p^2; their product over all primes is 6/pi^2.
    """
    p = np.asarray(primes, dtype=np.float64)
    unknown = SQUAREFREE / np.prod(1 - p**-2)
    probability: Floats = unknown * np.exp(divides.astype(np.float64) @ np.log1p(-1 / p))
    return probability


class MuPosterior:
    """P(mu(n) = -1, 0, +1 | which of `primes` divide n) for n uniform in an interval."""

    def __init__(self, primes: Sequence[int], interval: tuple[int, int]) -> None:
        """`interval` is inclusive."""
        self.primes = tuple(primes)
        self.low, self.high = interval
        self.cofactors = RoughSums(self.primes, float(self.high))

    def __call__(self, divides: Bools) -> Floats:
        """(rows, 3) from (rows, primes).

        A squarefree n is d m with d the product of its known divisors and m coprime to the set,
        so mu(n) = (-1)^(divisors of d) mu(m), with m uniform in the interval divided by d.
        """
        squarefree = mu2_posterior(divides, self.primes)
        logs = np.log(np.asarray(self.primes, dtype=np.float64))
        d = np.exp(divides.astype(np.float64) @ logs)
        parity = 1 - 2.0 * (divides.sum(axis=1) % 2)
        sign = parity * self.cofactors.sign((self.low - 1) / d, self.high / d)
        minus, plus = (1 - sign) / 2, (1 + sign) / 2
        return np.stack([squarefree * minus, 1 - squarefree, squarefree * plus], axis=1)


def posterior(
    target: Target, n: NDArray[np.uint64], primes: Sequence[int], interval: tuple[int, int]
) -> Floats:
    """(rows, classes): what the oracle says of each n; columns as in CLASSES."""
    return np.concatenate(list(posteriors(target, n, primes, interval)))


def posteriors(
    target: Target, n: NDArray[np.uint64], primes: Sequence[int], interval: tuple[int, int]
) -> Iterator[Floats]:
    """The same in chunks, so that memory stays small."""
    mu = MuPosterior(primes, interval) if target == "mu" else None
    for start in range(0, len(n), CHUNK):
        known = divides(n[start : start + CHUNK], primes)
        if mu is not None:
            yield mu(known)
        else:
            squarefree = mu2_posterior(known, primes)
            yield np.stack([1 - squarefree, squarefree], axis=1)


@dataclass(frozen=True)
class Score:
    """How a probabilistic prediction did, row by row."""

    correct: Bools
    """(rows,): whether the most probable class is the label"""
    nats: Floats
    """(rows,): minus the log of the label's probability"""

    @property
    def accuracy(self) -> float:
        return float(self.correct.mean())

    @property
    def cross_entropy(self) -> float:
        return float(self.nats.mean())


def score(probabilities: Floats, labels: NDArray[np.int64]) -> Score:
    """`probabilities` (rows, classes) against class indices (rows,)."""
    chosen = probabilities[np.arange(len(labels)), labels]
    with np.errstate(divide="ignore"):
        nats = -np.log(chosen)
    return Score(probabilities.argmax(axis=1) == labels, nats)


def paired_gap(ours: NDArray[np.generic], theirs: NDArray[np.generic]) -> tuple[float, float]:
    """The mean of ours - theirs over the same rows, and its standard error."""
    difference = ours.astype(np.float64) - theirs.astype(np.float64)
    error = difference.std(ddof=1) / math.sqrt(len(difference)) if len(difference) > 1 else 0.0
    return float(difference.mean()), float(error)
