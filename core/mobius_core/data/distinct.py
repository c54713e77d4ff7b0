"""Counting distinct numbers of a column that may be longer than the memory sorts at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

CHUNK: Final = 1 << 20
AT_A_TIME: Final = 1 << 23
"""Numbers sorted at a time: 64 MB, however long the data set."""


def count_distinct(n: NDArray[np.uint64], lo: int, hi: int) -> int:
    """Distinct numbers of n in [lo, hi], sorted in slices of that interval."""
    slices = max(1, -(-len(n) // AT_A_TIME))
    edges = [lo + (hi + 1 - lo) * k // slices for k in range(slices + 1)]
    seen = 0
    for first, end in pairwise(edges):
        parts = []
        for start in range(0, len(n), CHUNK):
            part = n[start : start + CHUNK]
            parts.append(part[(part >= np.uint64(first)) & (part < np.uint64(end))])
        numbers = np.concatenate([n[:0], *parts])
        numbers.sort()
        seen += min(len(numbers), 1) + int(np.count_nonzero(numbers[1:] != numbers[:-1]))
    return seen


def first_repeated(n: NDArray[np.uint64]) -> tuple[int, int]:
    """Two rows with the same n, the earlier first; there must be some."""
    order = np.argsort(n, kind="stable")
    at = int(np.argmax(n[order[1:]] == n[order[:-1]]))
    return int(order[at]), int(order[at + 1])
