"""mu over intervals: sums, joins and borders."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobius_core.numbers.ladder import mu_sieve
from tests.sieve.reference import KERNELS, LARGEST, MERTENS, flint_mu, mu, mu_range

pytestmark = pytest.mark.parametrize("kernel", KERNELS)


def test_mertens(kernel: str) -> None:
    sums = np.cumsum(mu_range(1, 10**7 + 1, kernel), dtype=np.int64)
    assert [int(sums[10**k - 1]) for k in range(8)] == list(MERTENS[:8])


def test_against_the_ladder(kernel: str) -> None:
    assert mu_range(1, 100_001, kernel).tolist() == mu_sieve(1, 100_001)
    assert mu_range(10**9, 10**9 + 20_000, kernel).tolist() == mu_sieve(10**9, 10**9 + 20_000)


@pytest.mark.parametrize("lo", [2**32 - 50, 2**36 - 50, 10**13, 2**53 - 50, LARGEST - 99])
def test_against_flint(kernel: str, lo: int) -> None:
    assert mu_range(lo, lo + 100, kernel).tolist() == flint_mu(range(lo, lo + 100))


@pytest.mark.parametrize("lo", [10**9 + 1, 10**12 - 10**5])
def test_long_ranges_against_batches(kernel: str, lo: int) -> None:
    """Long enough to be sieved rather than taken one by one."""
    count = 200_000
    assert mu_range(lo, lo + count, kernel).tolist() == mu(
        np.arange(lo, lo + count, dtype=np.uint64), kernel
    )


@given(st.integers(1, 10**6), st.lists(st.integers(0, 40_000), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_pieces_join(kernel: str, lo: int, widths: list[int]) -> None:
    edges = [lo, *(lo + int(w) for w in np.cumsum(widths))]
    pieces = [mu_range(a, b, kernel) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate(pieces), mu_range(lo, edges[-1], kernel))


@pytest.mark.parametrize("lo", [1, 10**9, 2**40 + 2, 2**46 - 2**22])
def test_joins_at_the_blocks_of_the_sieve(kernel: str, lo: int) -> None:
    """Blocks hold 2^19 to 2^22 numbers; beyond 2^46 another sieve goes on."""
    count = 2**23 + 1000
    whole = mu_range(lo, lo + count, kernel)
    for border in range(2**19, count, 2**19):
        n = np.arange(lo + border - 40, lo + border + 40, dtype=np.uint64)
        assert whole[border - 40 : border + 40].tolist() == mu(n, "portable")
    assert not whole[-lo % 4 :: 4].any()
    assert not whole[-lo % 9 :: 9].any()


def test_empty(kernel: str) -> None:
    assert len(mu_range(7, 7, kernel)) == 0
    assert len(mu_range(2**63, 2**63, kernel)) == 0
