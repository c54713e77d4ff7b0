"""mu(n)^2: 1 where no square divides n, else 0."""

from __future__ import annotations

import numpy as np

from mobius_core.data.open import DataSet
from mobius_core.training.targets.target import Column, Labels, Target


def squarefree(mu: Column) -> Labels:
    labels: Labels = (mu != 0).astype(np.int64)
    return labels


def target(data: DataSet) -> Target:
    return Target("mu2", (0, 1), "mu", squarefree, oracle="mu2")
