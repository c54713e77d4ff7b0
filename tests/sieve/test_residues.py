"""Residues and digits against Python's own arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobius_core import _sieve
from mobius_core.data.residues import digit_count, digits, residues
from mobius_core.numbers.primes import first_primes
from tests.sieve.reference import KERNELS


@given(
    st.lists(st.integers(0, 2**64 - 1), max_size=20),
    st.lists(st.integers(2, 65535), max_size=20),
)
@settings(max_examples=200, deadline=None)
def test_any_numbers_and_moduli(numbers: list[int], moduli: list[int]) -> None:
    table = residues(np.array(numbers, dtype=np.uint64), moduli)
    assert table.shape == (len(numbers), len(moduli))
    assert table.tolist() == [[n % m for m in moduli] for n in numbers]


def test_a_thousand_primes() -> None:
    primes = first_primes(1000)
    n = np.random.default_rng(1).integers(1, 2**63, 500, dtype=np.uint64)
    assert np.array_equal(residues(n, primes), n[:, None] % np.array(primes, dtype=np.uint64))


def test_strided_numbers() -> None:
    n = np.arange(100, dtype=np.uint64)[::7]
    assert residues(n, [10])[:, 0].tolist() == [int(x) % 10 for x in n]


@pytest.mark.parametrize("modulus", [-1, 0, 1, 65536])
def test_bad_modulus(modulus: int) -> None:
    with pytest.raises(ValueError, match=f"modulus {modulus}: every modulus must lie in 2..65535"):
        residues(np.arange(3, dtype=np.uint64), [2, modulus])


@pytest.mark.parametrize("kernel", KERNELS)
@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20),
    st.lists(st.integers(2, 16383), min_size=1, max_size=70),
)
@settings(max_examples=100, deadline=None)
def test_every_kernel(kernel: str, numbers: list[int], moduli: list[int]) -> None:
    table = np.full((len(numbers), len(moduli)), 9, dtype=np.uint16)
    n, divisors = np.array(numbers, dtype=np.uint64), np.array(moduli, dtype=np.uint16)
    _sieve.residues(n, divisors, table, kernel=kernel)
    assert table.tolist() == [[n % m for m in moduli] for n in numbers]


@given(st.integers(0, 2**64 - 1), st.integers(2, 65535))
@settings(max_examples=200, deadline=None)
def test_digits_make_the_number(n: int, base: int) -> None:
    row = digits(np.array([n], dtype=np.uint64), base, digit_count(n, base))[0].tolist()
    value = 0
    for digit in row:
        assert digit < base
        value = value * base + digit
    assert value == n


def test_too_few_places() -> None:
    with pytest.raises(ValueError, match="2 digits in base 10 are too few for 100"):
        digits(np.array([7, 100], dtype=np.uint64), 10, 2)
