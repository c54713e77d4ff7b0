"""The divisibility oracle: what is best said of mu(n) or mu(n)^2 by someone who is told which
primes of a set, and which of their squares, divide n, and nothing else.

For a uniform n the events p^k | n are independent for different p up to terms of order 1/n, so the
posteriors are products. The residues themselves determine n, so a model may beat this oracle.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from mobius_core.numbers.known import Facts, Known
from mobius_core.numbers.rough import RoughSums
from mobius_core.numbers.squarefree import SQUAREFREE

Floats = NDArray[np.float64]
Target = Literal["mu", "mu2"]

CLASSES: Final[dict[str, tuple[int, ...]]] = {"mu": (-1, 0, 1), "mu2": (0, 1)}
"""The values of each target, in the order of the columns of its posterior."""
CHUNK: Final = 100_000


def squarefree_posterior(facts: Facts, known: Known) -> Floats:
    """(rows,): P(n squarefree | facts).

    A known divisor p leaves 1 - 1/p (the cofactor must avoid p), a prime known not to divide
    leaves 1, an unknown prime 1 - 1/p^2; their product over all primes is 6/pi^2. Where p^2 is
    known, too, it leaves 0 if it divides n, else 1.
    """
    p = np.asarray(known.primes, dtype=np.float64)
    unknown = SQUAREFREE / np.prod(1 - p**-2)
    open_ = np.where(np.isin(known.primes, known.squares), 0.0, np.log1p(-1 / p))
    probability: Floats = unknown * np.exp(facts.primes.astype(np.float64) @ open_)
    probability[facts.squares.any(axis=1)] = 0
    return probability


class Oracle:
    """P(each value of mu or mu^2 | what is known of n) for n uniform in an interval."""

    def __init__(self, target: Target, known: Known, interval: tuple[int, int]) -> None:
        """`interval` is inclusive."""
        self.target = target
        self.known = known
        self.low, self.high = interval
        self.cofactors = RoughSums(known.primes, float(self.high)) if target == "mu" else None

    def __call__(self, facts: Facts) -> Floats:
        """(rows, classes), columns as in CLASSES."""
        squarefree = squarefree_posterior(facts, self.known)
        if self.cofactors is None:
            return np.stack([1 - squarefree, squarefree], axis=1)
        sign = self.sign(facts)
        minus, plus = (1 - sign) / 2, (1 + sign) / 2
        return np.stack([squarefree * minus, 1 - squarefree, squarefree * plus], axis=1)

    def sign(self, facts: Facts) -> Floats:
        """(rows,): the mean of mu(n) given that it is not 0.

        A squarefree n is d m with d the product of its known divisors and m coprime to the set,
        so mu(n) = (-1)^(divisors of d) mu(m), with m uniform in the interval divided by d.
        """
        assert self.cofactors is not None, "mu^2 has no sign"
        logs = np.log(np.asarray(self.known.primes, dtype=np.float64))
        d = np.exp(facts.primes.astype(np.float64) @ logs)
        parity = 1 - 2.0 * (facts.primes.sum(axis=1) % 2)
        signs: Floats = parity * self.cofactors.sign((self.low - 1) / d, self.high / d)
        return signs

    def of(self, n: NDArray[np.uint64]) -> Floats:
        """(rows, classes): what it says of each n."""
        return np.concatenate(list(self.chunks(n)))

    def chunks(self, n: NDArray[np.uint64]) -> Iterator[Floats]:
        """The same in pieces, so that memory stays small; one empty piece for no rows."""
        for start in range(0, max(len(n), 1), CHUNK):
            yield self(self.known.of(n[start : start + CHUNK]))
