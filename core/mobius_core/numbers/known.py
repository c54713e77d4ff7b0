"""What is known of n: which primes of a set divide it, and which of their squares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Residues = NDArray[np.int64]


class Facts(NamedTuple):
    """Of rows of n, in the order of a `Known`."""

    primes: Bools
    """(rows, primes): whether each prime divides each n"""
    squares: Bools
    """(rows, squares): whether the square of each prime divides each n"""


@dataclass(frozen=True)
class Known:
    """Primes, ascending, and those of them whose squares are known, too: n mod p^2 tells n mod p.

    Higher powers are left out, since mu does not depend on them.
    """

    primes: tuple[int, ...]
    squares: tuple[int, ...] = ()
    """a part of `primes`, which is added to where it lacks one"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "squares", tuple(sorted(set(self.squares))))
        object.__setattr__(self, "primes", tuple(sorted({*self.primes, *self.squares})))

    @classmethod
    def of_moduli(cls, moduli: Iterable[int]) -> Known:
        """What n modulo each of these tells."""
        powers: dict[int, int] = {}
        for modulus in moduli:
            for p, power in prime_powers(modulus):
                powers[p] = max(power, powers.get(p, 0))
        return cls(tuple(powers), tuple(p for p, power in powers.items() if power > 1))

    @property
    def divisors(self) -> tuple[int, ...]:
        """Every number that is known to divide n or not: the primes, then the squares."""
        return (*self.primes, *(p * p for p in self.squares))

    def of(self, n: NDArray[np.uint64]) -> Facts:
        return Facts(divides(n, self.primes), divides(n, [p * p for p in self.squares]))

    def believed(self, residues: Sequence[tuple[int, Residues]]) -> Facts:
        """The same from (modulus, what is said to be n modulo it), whether all this belongs to one
        n or not; each fact from the first modulus that tells it."""
        table = [
            next(residue for modulus, residue in residues if modulus % divisor == 0) % divisor == 0
            for divisor in self.divisors
        ]
        rows = len(residues[0][1])
        facts = np.stack(table, axis=1) if table else np.empty((rows, 0), dtype=np.bool_)
        return Facts(facts[:, : len(self.primes)], facts[:, len(self.primes) :])


def divides(n: NDArray[np.uint64], divisors: Sequence[int]) -> Bools:
    """(rows, divisors): whether each divides each n.

    By a multiplication (T. Granlund, P. Montgomery, PLDI 1994), which costs a tenth of `%`: an odd
    d divides n exactly if n / d modulo 2^64 is at most (2^64 - 1) / d.
    """
    table = np.empty((len(n), len(divisors)), dtype=np.bool_, order="F")
    for column, divisor in enumerate(divisors):
        twos = divisor & -divisor
        odd = divisor // twos
        table[:, column] = n * np.uint64(pow(odd, -1, 2**64)) <= np.uint64((2**64 - 1) // odd)
        if twos > 1:
            table[:, column] &= (n & np.uint64(twos - 1)) == 0
    return table


def prime_powers(modulus: int) -> Iterable[tuple[int, int]]:
    """(prime, exponent) of a small number, by trial division."""
    rest, p = modulus, 2
    while p * p <= rest:
        power = 0
        while rest % p == 0:
            rest //= p
            power += 1
        if power:
            yield p, power
        p += 1
    if rest > 1:
        yield rest, 1
