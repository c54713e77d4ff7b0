"""Disjoint training and test rows of a finite table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobius_core.numbers.modular import Table


class Split(NamedTuple):
    """Row numbers of the table, in random order; together every row once."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split(rows: int, train_fraction: float, seed: int) -> Split:
    """floor(rows * train_fraction) random rows to train on, the others to test on; at least one
    each. `rows` must be 2 or more."""
    order = np.random.default_rng(seed).permutation(rows)
    train = min(max(int(rows * train_fraction), 1), rows - 1)
    return Split(order[:train], order[train:])


def drawn(rows: int, pairs: int, train_fraction: float, seed: int) -> Split:
    """`pairs` random rows with replacement, the first floor(pairs * train_fraction) to train on.

    How the original harness samples, kept for comparison with it alone: rows stand on both sides.
    """
    order = np.random.default_rng(seed).integers(rows, size=pairs)
    train = min(max(int(pairs * train_fraction), 1), pairs - 1)
    return Split(order[:train], order[train:])


def leak(pairs: Table, parts: Split) -> float:
    """Share of the test rows whose pair of operands is also a training pair, 0 to 1.

    Counted on the operands, not on row numbers, so that it would find a table that lists a pair
    twice as well as rows drawn with replacement.
    """
    code = pairs.a * (int(pairs.b.max()) + 1) + pairs.b
    return float(np.isin(code[parts.test], code[parts.train]).mean())
