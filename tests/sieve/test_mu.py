"""mu of scattered n: random, and built to break each stage of the kernel."""

from __future__ import annotations

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.sieve.reference import KERNELS, LARGEST, flint_mu, mu, mu_range, prime_from, prime_to

pytestmark = pytest.mark.parametrize("kernel", KERNELS)

BORDERS = (2**31, 2**32, 2**50, 2**52, 2**53, 2**62)


def numbers_of_any_size() -> st.SearchStrategy[int]:
    """1 <= n < 2^63, all lengths alike."""
    return st.integers(0, 62).flatmap(lambda bits: st.integers(2**bits, 2 ** (bits + 1) - 1))


def mu_by_multiples(limit: int) -> NDArray[np.int8]:
    """mu of 0..limit - 1 by its definition: primes flip their multiples, squares end them."""
    mu = np.ones(limit, dtype=np.int8)
    composite = np.zeros(limit, dtype=bool)
    for p in range(2, limit):
        if p * p < limit and not composite[p]:
            composite[p * p :: p] = True
            mu[p * p :: p * p] = 0
    for p in np.flatnonzero(~composite)[2:].tolist():
        mu[p::p] *= -1
    return mu


@pytest.mark.slow
def test_every_n_below_ten_million(kernel: str) -> None:
    expected = mu_by_multiples(10**7)[1:].tolist()
    assert mu(np.arange(1, 10**7, dtype=np.uint64), kernel) == expected
    assert mu_range(1, 10**7, kernel).tolist() == expected


@given(st.lists(numbers_of_any_size(), min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_batch(kernel: str, numbers: list[int]) -> None:
    assert mu(numbers, kernel) == flint_mu(numbers)


@pytest.mark.parametrize(
    ("largest", "count"),
    [(10**7, 4000), (10**13, 20000), (2**48, 5000), (10**15, 5000), (2**51, 3000), (LARGEST, 1000)],
)
def test_uniform(kernel: str, largest: int, count: int) -> None:
    draws = np.random.default_rng(largest % 1000)
    numbers = draws.integers(1, largest, count, dtype=np.uint64, endpoint=True).tolist()
    assert mu(numbers, kernel) == flint_mu(numbers)


@pytest.mark.parametrize("border", BORDERS)
def test_borders(kernel: str, border: int) -> None:
    numbers = range(border - 60, border + 60)
    assert mu(numbers, kernel) == flint_mu(numbers)


def test_largest(kernel: str) -> None:
    numbers = range(LARGEST - 119, LARGEST + 1)
    assert mu(numbers, kernel) == flint_mu(numbers)


def around(x: int) -> list[int]:
    """Primes on both sides of x."""
    below = prime_to(max(x, 2))
    above = prime_from(x + 1)
    return sorted({prime_to(max(below - 1, 2)), below, above, prime_from(above + 1)})


@pytest.mark.parametrize("size", [2**27, 2**30, 10**10, 10**13, *BORDERS, LARGEST])
def test_products_around_the_roots(kernel: str, size: int) -> None:
    """p^2, p q, p^3, p^2 q, p q r with primes next to the square and cube root of a size: there
    the stages hand over to each other."""
    square, cube = around(round(size ** (1 / 2))), around(round(size ** (1 / 3)))
    small = [2, 3, 541, 547]
    pairs = [(p, q) for p in [*square, *cube, *small] for q in [*square, *cube, *small]]
    triples = [(p, q, r) for p in cube for q in cube for r in [*cube, *square, *small]]
    cases = {}
    for factors in [*pairs, *triples]:
        n = int(np.prod([int(p) for p in factors], dtype=object))
        if n <= LARGEST:
            cases[n] = (-1) ** len(factors) if len(set(factors)) == len(factors) else 0
    assert len(cases) > 30
    assert mu(list(cases), kernel) == list(cases.values())


def strong_pseudoprimes() -> list[tuple[int, int]]:
    """(n, mu) of numbers of the shapes that often pass Miller-Rabin tests to several bases:
    p (k (p - 1) + 1), and Carmichael's (6k + 1)(12k + 1)(18k + 1), from 10^4 up to 2^63."""
    built = []
    for bits in range(7, 32):
        for p in range(2**bits + 1, 2**bits + 3000, 2):
            if is_prime(p):
                others = (k * (p - 1) + 1 for k in (2, 3, 4, 6))
                built += [(p * q, 1) for q in others if p * q <= LARGEST and is_prime(q)]
    for bits in range(4, 18):
        for k in range(2**bits, 2**bits + 600):
            factors = (6 * k + 1, 12 * k + 1, 18 * k + 1)
            if all(is_prime(p) for p in factors):
                built.append((factors[0] * factors[1] * factors[2], -1))
    return built


def is_prime(n: int) -> bool:
    return bool(flint.fmpz(n).is_prime())


def test_strong_pseudoprimes(kernel: str) -> None:
    built = strong_pseudoprimes()
    assert sum(passes(n, 2) for n, _ in built) > 500, "the set is meant to pass base 2"
    assert sum(passes(n, 2) and passes(n, 3) for n, _ in built) > 50, "and bases 2 and 3"
    assert mu([n for n, _ in built], kernel) == [expected for _, expected in built]


def passes(n: int, base: int) -> bool:
    odd = (n - 1) >> 1
    while odd % 2 == 0:
        if pow(base, odd, n) == n - 1:
            return True
        odd >>= 1
    return pow(base, odd, n) in (1, n - 1)


def test_primes_of_every_length(kernel: str) -> None:
    primes = [prime_from(2**bits + 1) for bits in range(1, 62)] + [LARGEST - 24]
    assert mu(primes, kernel) == [-1] * len(primes)


def test_a_batch_is_its_parts(kernel: str) -> None:
    """Blocks of the kernel end at 2048; a batch of mixed sizes builds one table for all."""
    draws = np.random.default_rng(5)
    numbers = [int(2 ** draws.uniform(0, 63)) for _ in range(4100)]
    parts = [value for i in range(0, 4100, 100) for value in mu(numbers[i : i + 100], kernel)]
    assert mu(numbers, kernel) == parts
