"""Exact numbers of weights: trimming and filling that favour no position."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

CAP: Final = 0.5
"""Largest density a pattern keeps where the experiment names none."""


def weights_at(density: float, size: int) -> int:
    """Weights out of `size` nearest to a density in [0, 1]; a half rounds down."""
    return math.ceil(density * size - 0.5)


def adjusted(mask: NDArray[np.bool_], wanted: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A copy with exactly `wanted` weights: every set of removals, or additions, is equally likely.

    Draws nothing where the number already fits.
    """
    surplus = int(np.count_nonzero(mask)) - wanted
    result = mask.copy()
    if surplus:
        candidates = np.flatnonzero(mask if surplus > 0 else ~mask)
        flipped = rng.choice(candidates, abs(surplus), replace=False, shuffle=False)
        result.ravel()[flipped] = surplus < 0
    return result
