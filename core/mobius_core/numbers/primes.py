"""Small primes, by a sieve of bytes (standard library only)."""

from __future__ import annotations

import math


def primes_below(limit: int) -> tuple[int, ...]:
    """All primes p < limit."""
    prime = bytearray([1]) * max(limit, 2)
    prime[:2] = b"\0\0"
    for i in range(2, math.isqrt(len(prime)) + 1):
        if prime[i]:
            prime[i * i :: i] = bytes(len(range(i * i, len(prime), i)))
    return tuple(i for i in range(2, limit) if prime[i])


def first_primes(count: int) -> tuple[int, ...]:
    """The first `count` primes; p_k < k (log k + log log k) for k >= 6 (Rosser and Schoenfeld)."""
    k = max(count, 6)
    return primes_below(math.ceil(k * (math.log(k) + math.log(math.log(k)))) + 1)[:count]
