"""What networks see of n: residues and digits, computed for a batch when it is needed.

Storing them would cost twenty times the space of the numbers (200 B a row for 100 primes).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mobius_core import _sieve


def residues(n: NDArray[np.uint64], moduli: Sequence[int]) -> NDArray[np.uint16]:
    """(rows, moduli): n mod m, for moduli in 2..65535; ValueError for others."""
    outside = [m for m in moduli if not 2 <= m <= 65535]
    if outside:
        raise ValueError(f"modulus {outside[0]}: every modulus must lie in 2..65535")
    table = np.empty((len(n), len(moduli)), dtype=np.uint16)
    _sieve.residues(np.ascontiguousarray(n), np.array(moduli, dtype=np.uint16), table)
    return table


def digits(n: NDArray[np.uint64], base: int, places: int) -> NDArray[np.uint16]:
    """(rows, places): the digits of n in a base of 2..65535, most significant first."""
    table = np.empty((len(n), places), dtype=np.uint16)
    rest = n.copy()
    for place in reversed(range(places)):
        rest, digit = np.divmod(rest, np.uint64(base))
        table[:, place] = digit
    if rest.any():
        raise ValueError(f"{places} digits in base {base} are too few for {int(n.max())}")
    return table


def digit_count(largest: int, base: int) -> int:
    """How many digits the largest n needs."""
    count = 1
    while largest >= base:
        largest //= base
        count += 1
    return count
