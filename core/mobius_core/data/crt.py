"""Numbers from their residues, by the Chinese remainder theorem in mixed radix (Garner)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mobius_core.config.numerals import LARGEST


class Residues:
    """Which n < 2^63 have given residues modulo some moduli in 2..65535."""

    def __init__(self, moduli: Sequence[int]) -> None:
        """ValueError where no pairwise coprime choice of the moduli determines such an n."""
        self.columns: list[int] = []
        """of the moduli that are used, as few as possible: the largest first"""
        self.product = 1
        for column in sorted(range(len(moduli)), key=lambda j: -moduli[j]):
            if self.product <= LARGEST and math.gcd(self.product, moduli[column]) == 1:
                self.columns.append(column)
                self.product *= moduli[column]
        if self.product <= LARGEST:
            raise ValueError(f"these moduli determine n only modulo {self.product}")
        self.moduli = [moduli[column] for column in self.columns]

    def numbers(self, residues: NDArray[np.uint16]) -> NDArray[np.uint64]:
        """n of each row of (rows, moduli); 0 where no 1 <= n < 2^63 has these residues.

        Only `columns` are looked at. n = d0 + d1 m0 + d2 m0 m1 + …, 0 <= d_i < m_i; every product
        but the last fits in 63 bits, so that nothing wraps before the last digit is checked.
        """
        n = np.zeros(len(residues), dtype=np.uint64)
        fits = np.ones(len(residues), dtype=np.bool_)
        radix = 1
        for column, modulus in zip(self.columns, self.moduli, strict=True):
            m = np.uint64(modulus)
            known = n % m
            digit = (residues[:, column].astype(np.uint64) + m - known) % m
            digit = digit * np.uint64(pow(radix, -1, modulus)) % m
            fits &= digit <= (np.uint64(LARGEST) - n) // np.uint64(radix)
            n += np.where(fits, digit, np.uint64(0)) * np.uint64(radix)
            radix *= modulus
        n[~fits] = 0
        return n
