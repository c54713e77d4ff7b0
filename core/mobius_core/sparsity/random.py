"""Weights at uniformly random places, as many as asked: the control for density alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobius_core.sparsity import build, density
from mobius_core.sparsity.spec import MaskSpec


def pattern(out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator) -> NDArray[np.bool_]:
    """As many weights as `density` says, or as the mode `like` keeps; half of all by default."""
    if spec.like is not None:
        wanted = int(np.count_nonzero(build.draw_like(spec, out, inputs, rng)))
    else:
        share = density.CAP if spec.density is None else spec.density
        wanted = density.weights_at(share, out * inputs)
    return density.adjusted(np.zeros((out, inputs), dtype=np.bool_), wanted, rng)
