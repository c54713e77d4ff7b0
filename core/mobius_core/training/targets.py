"""What is to be predicted of n, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobius_core.data.sample import Rows
from mobius_core.numbers import oracle

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Target:
    name: oracle.Target
    labels: Callable[[Rows], Labels]
    """class indices (rows,), in the order of `values`"""

    @property
    def values(self) -> tuple[int, ...]:
        return oracle.CLASSES[self.name]


def signs(rows: Rows) -> Labels:
    return rows.mu.astype(np.int64) + 1


def squarefree(rows: Rows) -> Labels:
    labels: Labels = (rows.mu != 0).astype(np.int64)
    return labels


mu = Target("mu", signs)
mu2 = Target("mu2", squarefree)
