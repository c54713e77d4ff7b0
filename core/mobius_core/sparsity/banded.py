"""The weights nearest the diagonal from the first to the last corner: locality without primes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobius_core.sparsity import density
from mobius_core.sparsity.spec import MaskSpec


def pattern(out: int, inputs: int, spec: MaskSpec, rng: np.random.Generator) -> NDArray[np.bool_]:
    """As many weights as `density` says, half of all by default; of those at the band's edge, all
    equally far, a random choice."""
    share = density.CAP if spec.density is None else spec.density
    wanted = density.weights_at(share, out * inputs)
    distance = narrowest(out, inputs, wanted)
    inside = band(out, inputs, distance - 1)
    edge = band(out, inputs, distance) & ~inside
    missing = wanted - int(np.count_nonzero(inside))
    return inside | density.adjusted(edge, missing, rng)


def narrowest(out: int, inputs: int, wanted: int) -> int:
    """The least distance from the diagonal within which `wanted` weights lie."""
    low, high = 0, 2 * out * inputs
    while low < high:
        middle = (low + high) // 2
        first, last = columns(out, inputs, middle)
        if int(np.maximum(last - first, 0).sum()) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def band(out: int, inputs: int, distance: int) -> NDArray[np.bool_]:
    first, last = columns(out, inputs, distance)
    column = np.arange(inputs)
    return (column >= first[:, None]) & (column < last[:, None])


def columns(out: int, inputs: int, distance: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First column of each row within the distance, and one past the last.

    The centre of weight (i, j) is ((2i + 1) / out, (2j + 1) / inputs) in halves of a side; its
    distance is the difference of the two, times out * inputs so that it is whole.
    """
    centre = (2 * np.arange(out) + 1) * inputs - out
    first = -((distance - centre) // (2 * out))
    last = (centre + distance) // (2 * out) + 1
    return np.maximum(first, 0), np.minimum(last, inputs)
