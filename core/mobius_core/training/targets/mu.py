"""mu(n): 0 where a square divides n, else the parity of the number of its primes as a sign."""

from __future__ import annotations

import numpy as np

from mobius_core.data.open import DataSet
from mobius_core.training.targets.target import Column, Labels, Target


def signs(mu: Column) -> Labels:
    return mu.astype(np.int64) + 1


def target(data: DataSet) -> Target:
    return Target("mu", (-1, 0, 1), "mu", signs, oracle="mu")
