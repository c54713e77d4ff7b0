"""lambda(n) = (-1)^Omega(n): the parity of the number of prime factors with multiplicity."""

from __future__ import annotations

from mobius_core.data.open import DataSet
from mobius_core.training.targets.target import Target, positions

VALUES = (-1, 1)


def target(data: DataSet) -> Target:
    return Target("liouville", VALUES, "liouville", positions(VALUES))
