"""What the sieve is tested against, and shapes that its functions are called in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import flint
import numpy as np
from numpy.typing import NDArray

from mobius_core import _sieve

LARGEST = 2**63 - 1

KERNELS = _sieve.kernels()
"""Those of this machine; every test of values runs by each."""

# OEIS A084237: the sum of mu(n) over n <= 10^k.
MERTENS = (1, -1, 1, 2, -23, -48, 212, 1037, 1928)


def mu(numbers: Sequence[int] | NDArray[np.uint64], kernel: str | None = None) -> list[int]:
    """The C sieve, one batch."""
    n = np.array(numbers, dtype=np.uint64)
    out = np.full(len(n), 99, dtype=np.int8)
    _sieve.mu(n, out, kernel=kernel)
    return out.tolist()


def mu_range(lo: int, hi: int, kernel: str | None = None) -> NDArray[np.int8]:
    """The C sieve over [lo, hi)."""
    out = np.full(hi - lo, 99, dtype=np.int8)
    _sieve.mu_range(lo, hi, out, kernel=kernel)
    return out


def flint_mu(numbers: Iterable[int]) -> list[int]:
    """FLINT's factorisation, which shares no code with us."""
    found = []
    for n in numbers:
        factors = flint.fmpz(n).factor()
        squarefree = all(exponent == 1 for _, exponent in factors)
        found.append((-1) ** len(factors) if squarefree else 0)
    return found


def prime_from(x: int) -> int:
    """The first prime at or above x."""
    while not flint.fmpz(x).is_prime():
        x += 1
    return x


def prime_to(x: int) -> int:
    """The last prime at or below x >= 2."""
    while not flint.fmpz(x).is_prime():
        x -= 1
    return x
