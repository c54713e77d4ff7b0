"""Each rung of the Python ladder against the one below it, the lowest against the OEIS."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobius_core.numbers.ladder import cube_root, is_prime, mu_naive, mu_roots, mu_sieve, mu_wheel
from tests.sieve.reference import LARGEST, flint_mu

# OEIS A008683, n = 1..50.
A008683 = (
    "1 -1 -1 0 -1 1 -1 0 0 1 -1 0 -1 1 1 0 -1 0 -1 0 1 1 -1 0 0 "
    "1 0 0 -1 -1 -1 0 1 1 1 0 -1 1 1 0 -1 -1 -1 0 0 1 -1 0 0 0"
)


def test_published() -> None:
    assert [mu_naive(n) for n in range(1, 51)] == [int(word) for word in A008683.split()]


def test_rungs_agree() -> None:
    naive = [mu_naive(n) for n in range(1, 8001)]
    assert [mu_wheel(n) for n in range(1, 8001)] == naive
    assert [mu_roots(n) for n in range(1, 8001)] == naive
    assert mu_sieve(1, 8001) == naive


@given(st.integers(1, 10**7), st.integers(0, 200))
@settings(max_examples=50, deadline=None)
def test_sieve_from_anywhere(lo: int, count: int) -> None:
    assert mu_sieve(lo, lo + count) == [mu_roots(n) for n in range(lo, lo + count)]


def test_roots_of_large_numbers() -> None:
    numbers = np.random.default_rng(3).integers(1, 10**15, 60).tolist()
    numbers += [LARGEST, 2**61 - 1, 2097143**3, 2097143**2 * 1999993]
    assert [mu_roots(n) for n in numbers] == flint_mu(numbers)


@pytest.mark.parametrize("root", [1, 2, 3, 21544, 2097151, 2**53 + 1])
def test_cube_root(root: int) -> None:
    assert [cube_root(root**3 - 1), cube_root(root**3), cube_root(root**3 + 1)] == [
        root - 1,
        root,
        root,
    ]


def test_primality() -> None:
    primes = [n for n in range(2, 200) if is_prime(n)]
    assert len(primes) == 46
    assert not any(is_prime(a * b) for a in primes for b in primes)
    assert is_prime(2**61 - 1)
    assert not is_prime(3825123056546413051)
