"""Distinct uniform n by index: any rows of a data set, at any time, on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobius_core import _sieve


class Rows(NamedTuple):
    """Columns of equal length."""

    n: NDArray[np.uint64]
    mu: NDArray[np.int8]

    def part(self, rows: range) -> Rows:
        """Consecutive rows, as views."""
        return Rows(self.n[rows.start : rows.stop], self.mu[rows.start : rows.stop])


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Row i is n = lo + permutation(i), the permutation of all hi - lo + 1 numbers by the seed.

    So rows are distinct by construction, and any two index ranges without a common index share no
    number: that is all that keeps training rows, test rows and shards apart.
    """

    lo: int
    hi: int
    """inclusive, at most 2^63 - 1"""
    seed: int

    @property
    def size(self) -> int:
        """How many rows there can be."""
        return self.hi - self.lo + 1

    def numbers(self, first: int, count: int) -> NDArray[np.uint64]:
        """n of rows [first, first + count); ValueError beyond the last row."""
        n = np.empty(count, dtype=np.uint64)
        _sieve.permute(self.size, self.seed, first, n)
        n += np.uint64(self.lo)
        return n

    def rows(self, first: int, count: int) -> Rows:
        """n and mu(n) of rows [first, first + count); ValueError beyond the last row."""
        n = self.numbers(first, count)
        return Rows(n, mobius(n))


def mobius(n: NDArray[np.uint64]) -> NDArray[np.int8]:
    """mu of each n, 1 <= n < 2^63; ValueError for others."""
    mu = np.empty(len(n), dtype=np.int8)
    _sieve.mu(n, mu)
    return mu
