"""The columns of a data set beside n: functions of n, stored or found for rows made on the fly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mobius_core import _sieve
from mobius_core.data.sample import mobius

Numbers = NDArray[np.uint64]
Column = NDArray[np.integer]

TYPES: Final[dict[str, DTypeLike]] = {
    "mu": np.int8,
    "label": np.int64,
    "omega": np.int8,
    "liouville": np.int8,
}
FACTORED: Final = ("liouville", "omega")
"""Columns that need n factored; mu does without, for it ends at the first square."""


def factored(n: Numbers) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """lambda(n) = (-1)^Omega(n) and omega(n), for 1 <= n < 2^63: Omega counts the prime factors of
    n with multiplicity, omega without. 0.44 us a number at 1e13, 7 us near 2^63."""
    distinct, total = np.empty(len(n), dtype=np.uint8), np.empty(len(n), dtype=np.uint8)
    _sieve.omega(np.ascontiguousarray(n), distinct, total)
    return (1 - 2 * (total % 2).astype(np.int8)).astype(np.int8), distinct.astype(np.int8)


OF_NUMBERS: Final[dict[str, Callable[[Numbers], Column]]] = {
    "mu": mobius,
    "liouville": lambda n: factored(n)[0],
    "omega": lambda n: factored(n)[1],
}
"""Columns that n alone decides; a label is what its file says."""
