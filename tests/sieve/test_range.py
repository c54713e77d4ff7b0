"""mu over intervals: sums, joins and borders."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobius_core.numbers.ladder import mu_sieve
from tests.sieve.reference import LARGEST, MERTENS, flint_mu, mu, mu_range


def test_mertens() -> None:
    sums = np.cumsum(mu_range(1, 10**7 + 1), dtype=np.int64)
    assert [int(sums[10**k - 1]) for k in range(8)] == list(MERTENS[:8])


def test_against_the_ladder() -> None:
    assert mu_range(1, 100_001).tolist() == mu_sieve(1, 100_001)
    assert mu_range(10**9, 10**9 + 20_000).tolist() == mu_sieve(10**9, 10**9 + 20_000)


@pytest.mark.parametrize("lo", [2**32 - 50, 2**36 - 50, 10**13, 2**53 - 50, LARGEST - 99])
def test_against_flint(lo: int) -> None:
    assert mu_range(lo, lo + 100).tolist() == flint_mu(range(lo, lo + 100))


@pytest.mark.parametrize("lo", [10**9 + 1, 10**12 - 10**5])
def test_long_ranges_against_batches(lo: int) -> None:
    """Long enough to be sieved rather than taken one by one."""
    count = 200_000
    assert mu_range(lo, lo + count).tolist() == mu(np.arange(lo, lo + count, dtype=np.uint64))


@given(st.integers(1, 10**6), st.lists(st.integers(0, 40_000), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_pieces_join(lo: int, widths: list[int]) -> None:
    edges = [lo, *(lo + int(w) for w in np.cumsum(widths))]
    pieces = [mu_range(a, b) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate(pieces), mu_range(lo, edges[-1]))


def test_joins_at_the_blocks_of_the_sieve() -> None:
    """2^18 numbers are sieved by small primes and 2^24 by large ones at a time."""
    lo = 10**9
    whole = mu_range(lo, lo + 2**24 + 1000)
    for border in (2**18, 2**19, 2**24):
        part = mu_range(lo + border - 300, lo + border + 300)
        assert np.array_equal(part, whole[border - 300 : border + 300])


def test_empty() -> None:
    assert len(mu_range(7, 7)) == 0
    assert len(mu_range(2**63, 2**63)) == 0
