"""Every weight exists: the dense control."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobius_core.sparsity.spec import MaskSpec


def pattern(out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator) -> NDArray[np.bool_]:
    return np.ones((out, inputs), dtype=np.bool_)
