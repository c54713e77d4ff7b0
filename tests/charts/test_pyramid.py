"""The pyramid against brute force, whatever the chunks its points arrive in."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.metrics.pyramid import FANOUT, Pyramid
from mobius_tui.charts.series import Points

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3 * FANOUT**2)
RUNS = st.lists(st.integers(1, 2 * FANOUT**2), min_size=1, max_size=5)


def saw(count: int) -> list[float]:
    """A long curve with no two neighbours alike and its extremes anywhere."""
    return [float(i * 7919 % 10007 - 5000) for i in range(count)]


def built(ys: list[float], cuts: list[int]) -> Pyramid:
    pyramid = Pyramid()
    at = 0
    for cut in [*cuts, len(ys)]:
        pyramid.extend(list(range(at, min(at + cut, len(ys)))), ys[at : at + cut])
        at = min(at + cut, len(ys))
    return pyramid


@given(VALUES, RUNS, st.data())
def test_span_is_min_and_max(ys: list[float], cuts: list[int], data: st.DataObject) -> None:
    pyramid = built(ys, cuts)
    start = data.draw(st.integers(0, len(ys) - 1))
    stop = data.draw(st.integers(start + 1, len(ys)))
    assert pyramid.span(start, stop) == (min(ys[start:stop]), max(ys[start:stop]))


@given(st.integers(0, 5000), st.integers(1, 5000), RUNS)
def test_span_over_many_levels(start: int, length: int, cuts: list[int]) -> None:
    ys = saw(10_000)
    pyramid = built(ys, cuts)
    stop = start + length
    assert pyramid.span(start, stop) == (min(ys[start:stop]), max(ys[start:stop]))


@given(VALUES, RUNS)
def test_any_chunks_give_the_same(ys: list[float], cuts: list[int]) -> None:
    whole, pieces, single = built(ys, []), built(ys, cuts), built(ys, [1] * len(ys))
    for stop in range(1, len(ys) + 1, 7):
        assert pieces.span(stop // 3, stop) == single.span(stop // 3, stop)
        assert pieces.span(stop // 3, stop) == whole.span(stop // 3, stop)
    assert pieces.ys == single.ys == whole.ys
    assert pieces.xs == single.xs == whole.xs


@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=200).map(sorted),
    st.lists(st.floats(-60, 60), min_size=2, max_size=40, unique=True).map(sorted),
)
def test_columns_hold_the_points_between_their_edges(xs: list[int], edges: list[float]) -> None:
    ys = saw(len(xs))
    pyramid = Pyramid()
    pyramid.extend(xs, ys)
    expected = []
    for number in range(len(edges) - 1):
        inside = [i for i, x in enumerate(xs) if edges[number] <= x < edges[number + 1]]
        if inside:
            part = [ys[i] for i in inside]
            expected.append((number, inside[0], inside[-1] + 1, min(part), max(part)))
    assert list(zip(*pyramid.columns(edges), strict=True)) == expected


def test_points_that_are_no_numbers_are_counted_not_kept() -> None:
    pyramid = Pyramid()
    pyramid.extend([1, 2, 3, 4], [1.0, nan, inf, 2.0])
    assert (len(pyramid), pyramid.dropped, pyramid.offered) == (2, 2, 4)
    assert list(pyramid.xs) == [1.0, 4.0]


def test_an_empty_range_has_no_least_value() -> None:
    assert Pyramid().span(0, 0) == (inf, -inf)


@pytest.mark.parametrize(
    ("xs", "ys", "message"),
    [([2.0, 1.0], [0.0, 0.0], "decreases"), ([1.0], [], "both"), ([-1.0], [0.0], "decreases")],
)
def test_what_is_no_curve_is_refused_whole(xs: list[float], ys: list[float], message: str) -> None:
    pyramid = Pyramid()
    pyramid.extend([0.0], [5.0])
    with pytest.raises(ValueError, match=message):
        pyramid.extend(xs, ys)
    assert list(pyramid.xs) == [0.0]


def test_equal_x_are_allowed() -> None:
    pyramid = Pyramid()
    pyramid.extend([1, 1, 1], [3.0, 1.0, 2.0])
    assert pyramid.columns([0.5, 1.5]) == ([0], [0], [3], [1.0], [3.0])
    assert bisect_right(pyramid.xs, 1.0) == 3


def test_lent_columns_are_kept_until_points_are_added() -> None:
    xs, ys = array("d", range(1, 31)), array("d", [x % 7 for x in range(30)])
    lent, own = Pyramid(), Pyramid()
    lent.lend(xs, ys)
    own.extend(xs, ys)
    assert lent.xs is xs
    assert lent.ys is ys
    for curve in (lent, own):
        assert curve.offered == 30
        assert curve.span(0, 30) == (0.0, 6.0)
        curve.extend([31.0, 32.0], [9.0, -9.0])
        assert curve.span(3, 32) == (-9.0, 9.0)
    assert (lent.xs, lent.ys) == (own.xs, own.ys)
    assert (len(xs), len(ys)) == (30, 30), "of the lender nothing is changed"
    with pytest.raises(ValueError, match="first"):
        lent.lend(xs, ys)


def test_lent_columns_with_holes_are_copied() -> None:
    xs, ys = array("d", [1, 2, 3]), array("d", [1, nan, 3])
    curve = Pyramid()
    curve.lend(xs, ys)
    assert (curve.xs.tolist(), curve.ys.tolist(), curve.dropped) == ([1, 3], [1, 3], 1)


def test_points_share_the_columns_of_a_comparison_and_follow_the_next_ones() -> None:
    steps, values = array("d", [1, 2, 3]), array("d", [3, 1, 2])
    points = Points()
    assert points.follow(steps, values, edition=1, lasting=True)
    assert points.raw.ys is values
    assert not points.follow(steps, values, edition=1, lasting=True)
    more = array("d", [3, 1, 2, 5])
    assert points.follow(array("d", [1, 2, 3, 4]), more, edition=2, lasting=True)
    assert points.raw.ys is more
    assert points.raw.span(0, 4) == (1.0, 5.0)
