"""A weight where row and column, counted from 1, have a common prime factor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobius_core.numbers.primes import primes_below
from mobius_core.sparsity.spec import MaskSpec


def pattern(out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator) -> NDArray[np.bool_]:
    mask = np.zeros((out, inputs), dtype=np.bool_)
    for p in primes_below(min(out, inputs) + 1):
        mask[p - 1 :: p, p - 1 :: p] = True
    return mask
