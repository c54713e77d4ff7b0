"""Factorisation in Python against FLINT."""

from __future__ import annotations

import random

import flint
import pytest

from mobius_core.numbers.factors import factorise

AWKWARD = [1, 2, 4, 1009**2, 1009**3, 1009 * 1013, 1009**6, 1009**4 * 1013, 3037000493**2]


@pytest.mark.parametrize("n", AWKWARD)
def test_powers_of_primes_beyond_trial_division(n: int) -> None:
    assert factorise(n) == by_flint(n)


def test_random_numbers_of_every_size() -> None:
    draws = random.Random(3)
    for bits in (10, 30, 45, 63):
        for _ in range(40):
            n = draws.randrange(1, 2**bits)
            assert factorise(n) == by_flint(n), n


def by_flint(n: int) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((int(p), int(power)) for p, power in flint.fmpz(n).factor()))
