"""As many dense rows and dense columns as `prime_only` has, at random places.

In distribution this is `shuffled` like `prime_only`, drawn without asking where the primes are: the
control that says whether a narrower dense network inside the layer is all there is to that mask.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobius_core.numbers.primes import primes_below
from mobius_core.sparsity.spec import MaskSpec


def pattern(out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator) -> NDArray[np.bool_]:
    mask = np.zeros((out, inputs), dtype=np.bool_)
    mask[rng.choice(out, len(primes_below(out)), replace=False)] = True
    mask[:, rng.choice(inputs, len(primes_below(inputs)), replace=False)] = True
    return mask
