"""The prime factors of single numbers, to be shown to people: readable Python, no sieve."""

from __future__ import annotations

import math
from typing import Final

from mobius_core.numbers.ladder import is_prime
from mobius_core.numbers.primes import primes_below

SMALL: Final = 1000
"""Primes below are divided out; Pollard's rho finds the others."""
TOGETHER: Final = 100
"""Differences that are multiplied before a greatest common divisor is taken."""


def factorise(n: int) -> tuple[tuple[int, int], ...]:
    """(prime, exponent) in ascending order, for 1 <= n < 3.1e23; about 0.1 s at most near 2^63."""
    found: dict[int, int] = {}
    for p in primes_below(SMALL):
        while n % p == 0:
            found[p] = found.get(p, 0) + 1
            n //= p
    open_ = [n] if n > 1 else []
    while open_:
        m = open_.pop()
        if is_prime(m):
            found[m] = found.get(m, 0) + 1
        else:
            d = divisor(m)
            open_ += [d, m // d]
    return tuple(sorted(found.items()))


def divisor(m: int) -> int:
    """A proper divisor of an odd composite m: Pollard's rho (BIT 15, 1975) with Brent's way of
    looking for the cycle."""
    for constant in range(1, m):
        found = cycle_divisor(m, constant)
        if found != m:
            return found
    raise AssertionError(f"{m} is prime")


def cycle_divisor(m: int, constant: int) -> int:
    """A divisor of m above 1, m itself where x -> x^2 + constant closes modulo all factors at
    once."""
    y, power = 2, 1
    while True:
        x = y
        for first in range(0, power, TOGETHER):
            before, differences = y, 1
            for _ in range(min(TOGETHER, power - first)):
                y = (y * y + constant) % m
                differences = differences * (x - y) % m
            found = math.gcd(differences, m)
            if found == m:
                return one_by_one(m, constant, x, before)
            if found > 1:
                return found
        power *= 2


def one_by_one(m: int, constant: int, x: int, y: int) -> int:
    """The first divisor above 1 of x - y on y's way."""
    while True:
        y = (y * y + constant) % m
        found = math.gcd(x - y, m)
        if found > 1:
            return found
