"""omega(n): how many primes divide n, each counted once."""

from __future__ import annotations

from mobius_core.data.open import DataSet
from mobius_core.training.targets.target import Target, positions

VALUES = tuple(range(16))
"""The product of the first 15 primes is the last one below 2^63."""


def target(data: DataSet) -> Target:
    return Target("omega", VALUES, "omega", positions(VALUES))
