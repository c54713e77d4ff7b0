"""A weight where row number times column number is 0 modulo a base, both counted from 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobius_core.numbers.primes import primes_below
from mobius_core.sparsity.spec import MaskSpec


def pattern(out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Row i keeps every multiple of base / gcd(i, base), so few rows differ."""
    base = native_base(out, inputs) if spec.base is None else spec.base
    strides, kind = np.unique(base // np.gcd(np.arange(out), base), return_inverse=True)
    rows: NDArray[np.bool_] = np.arange(inputs) % strides[:, None] == 0
    return rows[kind]


def native_base(out: int, inputs: int) -> int:
    """The largest prime up to the shorter side, 2 where there is none."""
    return max(primes_below(min(out, inputs) + 1), default=2)
