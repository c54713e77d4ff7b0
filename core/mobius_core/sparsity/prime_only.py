"""A weight where its row or its column has a prime number, counted from 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobius_core.numbers.primes import primes_below
from mobius_core.sparsity.spec import MaskSpec


def pattern(out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator) -> NDArray[np.bool_]:
    mask = np.zeros((out, inputs), dtype=np.bool_)
    mask[list(primes_below(out))] = True
    mask[:, list(primes_below(inputs))] = True
    return mask
