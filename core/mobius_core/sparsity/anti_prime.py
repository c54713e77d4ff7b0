"""A weight where neither its row nor its column has a prime number, counted from 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobius_core.sparsity import prime_only
from mobius_core.sparsity.spec import MaskSpec


def pattern(out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator) -> NDArray[np.bool_]:
    return ~prime_only.pattern(out, inputs, spec, rng)
