"""Medians with distribution-free intervals, against scipy's quantile test and by hand."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.analysis.intervals import Between, beyond, estimate, exactly, rank_of

values = st.lists(st.integers(-1000, 1000).map(float), min_size=1, max_size=40)


@given(values)
def test_without_censoring_it_is_the_ordinary_median(found: list[float]) -> None:
    one = estimate([exactly(value) for value in found])
    assert one.value == statistics.median(found)
    assert one.at_least is None
    if one.low is not None and one.high is not None:
        assert one.low <= statistics.median(found) <= one.high


@pytest.mark.parametrize("n", [6, 7, 8, 9, 20, 55, 200])
def test_the_interval_is_that_of_the_quantile_test(n: int) -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is the oracle of this test")
    sample = [float(i * i % 97) + i / 1000 for i in range(n)]
    expected = stats.quantile_test(sample, p=0.5).confidence_interval(0.95)
    one = estimate([exactly(value) for value in sample])
    assert (one.low, one.high) == (expected.low, expected.high)


def test_five_values_promise_no_interval() -> None:
    assert [rank_of(n) for n in (1, 5, 6, 9)] == [0, 0, 1, 2]
    assert estimate([exactly(1.0)] * 5).low is None


def test_censoring_hides_what_it_must_and_no_more() -> None:
    seen = [exactly(float(value)) for value in (100, 200, 300)]
    assert estimate([*seen, beyond(900.0)]).value == 250
    hidden = estimate([exactly(100.0), beyond(900.0), beyond(950.0)])
    assert (hidden.value, hidden.at_least) == (None, 900)
    eight = estimate([exactly(float(v)) for v in range(1, 7)] + [beyond(50.0)] * 2)
    assert (eight.value, eight.low, eight.high) == (4.5, 1, None)
    # A wait that was watched for less than the others may yet be the shortest of the rest.
    assert estimate([exactly(100.0), beyond(10.0), exactly(300.0)]).value is None


def test_differences_of_censored_waits() -> None:
    assert beyond(900.0).minus(exactly(100.0)) == Between(800.0, float("inf"))
    assert exactly(100.0).minus(beyond(900.0)) == Between(-float("inf"), -800.0)
    both = beyond(900.0).minus(beyond(900.0))
    assert (both.low, both.high) == (-float("inf"), float("inf"))
    one = estimate([both])
    assert (one.value, one.at_least) == (None, None)
