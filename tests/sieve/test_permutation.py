"""The keyed permutation: a bijection, the same by any split, and without a visible pattern."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mobius_core import _sieve


def permute(size: int, key: int, first: int = 0, count: int | None = None) -> NDArray[np.uint64]:
    out = np.empty(size if count is None else count, dtype=np.uint64)
    _sieve.permute(size, key, first, out)
    return out


def excess(counts: NDArray[np.int64]) -> float:
    """Pearson's chi^2 of counts that should be equal, in standard deviations above its mean."""
    expected = counts.sum() / counts.size
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    freedom = counts.size - 1
    return (chi2 - freedom) / math.sqrt(2 * freedom)


def correlation(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> float:
    x, y = a - a.mean(), b - b.mean()
    return float((x * y).sum() / math.sqrt((x * x).sum() * (y * y).sum()))


@given(st.integers(1, 3000), st.integers(0, 2**64 - 1))
@settings(max_examples=200, deadline=None)
def test_bijection(size: int, key: int) -> None:
    assert sorted(permute(size, key).tolist()) == list(range(size))


@given(st.integers(1, 2**63), st.integers(0, 2**64 - 1), st.data())
@settings(max_examples=100, deadline=None)
def test_any_index_alone(size: int, key: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, size - 1))
    count = min(20, size - first)
    together = permute(size, key, first, count)
    assert [int(permute(size, key, first + i, 1)[0]) for i in range(count)] == together.tolist()
    assert len(set(together.tolist())) == count
    assert all(value < size for value in together.tolist())


@pytest.mark.parametrize("size", [7, 97, 100, 1000])
def test_each_image_is_uniform_over_keys(size: int) -> None:
    counts = np.zeros((3, size), dtype=np.int64)
    for key in range(30_000):
        for row, index in enumerate((0, 1, size - 1)):
            counts[row, int(permute(size, key, index, 1)[0])] += 1
    assert all(abs(excess(counts[row])) < 5 for row in range(3))


def test_small_permutations_are_all_alike() -> None:
    """Each of the 120 orders of five things comes up about equally often."""
    orders: dict[bytes, int] = {}
    for key in range(60_000):
        order = permute(5, key).tobytes()
        orders[order] = orders.get(order, 0) + 1
    assert len(orders) == 120
    assert abs(excess(np.array(list(orders.values())))) < 5


@pytest.mark.parametrize("size", [10**6, 2**20, 10**13 - 1, 2**63])
def test_consecutive_images_fill_the_interval_evenly(size: int) -> None:
    """Bins, digits and steps of a million consecutive images, as data sets use them."""
    images = permute(size, 1, 0, 10**6).astype(np.float64)
    bins = np.bincount((images / size * 1000).astype(np.int64), minlength=1000)
    # A sample of nearly all numbers varies less than chance; only more would be a fault.
    assert excess(bins) < 5
    steps = (np.diff(images) / size) % 1.0
    assert abs(excess(np.bincount((steps * 1000).astype(np.int64), minlength=1000))) < 5
    residues = permute(size, 1, 0, 10**6) % np.uint64(541)
    assert excess(np.bincount(residues.astype(np.int64), minlength=541)) < 5


def test_neighbouring_keys_and_indices_are_unrelated() -> None:
    one, two = permute(10**13, 1, 0, 10**5), permute(10**13, 2, 0, 10**5)
    assert abs(correlation(one, two)) < 5 / math.sqrt(10**5)
    assert abs(correlation(one[1:], one[:-1])) < 5 / math.sqrt(10**5)
    assert not np.intersect1d(one, two).size > 3


def test_rows_of_a_seed_never_change() -> None:
    """A data set's hash names these rows: another permutation needs another SIEVE_VERSION."""
    assert permute(10**13, 0, 0, 3).tolist() == [4926890465143, 9013155981653, 4969416181213]
