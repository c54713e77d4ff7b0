"""Smoothing, logarithmic axes and resumed runs: what a curve becomes before it is drawn."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.metrics.ema import Ema
from mobius_core.metrics.table import MetricsTable
from mobius_core.metrics.write import MetricsWriter
from mobius_tui.charts.scale import Scale
from mobius_tui.charts.series import Points, Series

YS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=60)


@given(YS, st.sampled_from([0.0, 0.6, 0.9, 0.97]))
def test_average_is_the_weighted_mean_of_all_before(ys: list[float], weight: float) -> None:
    expected = []
    for n in range(1, len(ys) + 1):
        weights = [weight ** (n - 1 - i) for i in range(n)]
        total = sum(w * y for w, y in zip(weights, ys, strict=False))
        expected.append(total / sum(weights))
    assert Ema(weight).extend(ys) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(YS, st.lists(st.integers(0, 20), max_size=6))
def test_smoothing_follows_a_growing_curve_exactly(ys: list[float], cuts: list[int]) -> None:
    growing = Points()
    for cut in [*cuts, len(ys)]:
        growing.follow(range(cut), ys[:cut]) if cut <= len(ys) else None
        growing.curve(0.9, Scale.LINEAR)
    whole = Points.of(range(len(ys)), ys)
    assert growing.curve(0.9, Scale.LINEAR).ys == whole.curve(0.9, Scale.LINEAR).ys


@given(YS)
def test_a_log_axis_keeps_exactly_what_is_above_zero(ys: list[float]) -> None:
    points = Points.of(range(len(ys)), ys)
    kept = points.curve(0.0, Scale.LOG)
    assert list(zip(kept.xs, kept.ys, strict=True)) == [(x, y) for x, y in enumerate(ys) if y > 0.0]


def test_one_weight_after_another() -> None:
    points = Points.of([1, 2, 3], [1.0, -1.0, 1.0])
    first = list(points.curve(0.6, Scale.LOG).ys)
    assert list(points.curve(0.9, Scale.LINEAR).ys) == Ema(0.9).extend([1.0, -1.0, 1.0])
    assert list(points.curve(0.6, Scale.LOG).ys) == first


def test_only_new_points_are_taken() -> None:
    xs, ys = [1, 2], [0.5, 0.6]
    points = Points.of(xs, ys)
    before = points.raw
    assert not points.follow(xs, ys)
    assert points.follow([*xs, 3], [*ys, 0.7])
    assert points.raw is before
    assert list(points.raw.ys) == [0.5, 0.6, 0.7]


@pytest.mark.parametrize(
    ("xs", "ys", "seams"),
    [
        ([1, 2, 3, 4], [1.0, 2.0, 9.0, 9.5], (3,)),  # resumed at 3, and further than before
        ([1, 2], [1.0, 2.0], (3,)),  # resumed, nothing written yet
        ([1, 2, 3], [1.0, 2.0, 9.0], ()),  # another file of the same length
        ([1, 2], [1.0, 2.0], ()),  # a shorter file
        ([], [], ()),
    ],
)
def test_what_a_resumed_run_replaced_is_gone(
    xs: list[int], ys: list[float], seams: tuple[float, ...]
) -> None:
    points = Points.of([1, 2, 3], [1.0, 2.0, 3.0])
    points.curve(0.9, Scale.LOG)
    assert points.follow(xs, ys, seams)
    assert (list(points.raw.xs), list(points.raw.ys), points.seams) == (xs, ys, seams)
    assert list(points.curve(0.9, Scale.LINEAR).ys) == Ema(0.9).extend(ys)


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(-1, 1)), min_size=1, max_size=30))
def test_steps_that_go_back_are_drawn_in_order(rows: list[tuple[int, float]]) -> None:
    points = Points()
    for stop in range(1, len(rows) + 1):
        points.follow([x for x, _ in rows[:stop]], [y for _, y in rows[:stop]])
    assert all(a <= b for a, b in pairwise(points.raw.xs))
    assert sorted(zip(points.raw.xs, points.raw.ys, strict=True)) == sorted(rows)


def test_a_list_that_grows_while_it_is_read() -> None:
    points = Points.of([1, 2, 3], [0.1, 0.2])
    assert list(points.raw.xs) == [1.0, 2.0]
    points.follow([1, 2, 3], [0.1, 0.2, 0.3])
    assert list(points.raw.ys) == [0.1, 0.2, 0.3]


def test_a_title_never_drives_the_terminal() -> None:
    assert Series("\x1b]0;owned\x07", "a", 0).title == "^[]0;owned^G"
    assert Series("loss", "a", 0, label="tr\u202eain").title == "tr\\u202eain"


def test_two_resumes_from_one_step_between_two_looks(tmp_path: Path) -> None:
    """The second repeats the seam, and its newest point is the one that was taken last."""
    path, points = tmp_path / "metrics.jsonl", Points()
    table = MetricsTable(path)

    def attempt(number: int, values: dict[int, float]) -> None:
        with MetricsWriter(path, number) as metrics:
            for step, value in values.items():
                metrics.row(step, loss=value)

    def look() -> None:
        table.refresh()
        points.follow(*table.series("loss"), tuple(map(float, table.seams)), table.edition)

    attempt(1, {1: 0.1, 2: 0.2})
    attempt(2, {2: 0.3, 3: 0.4})
    look()
    attempt(3, {2: 0.7, 3: 0.4})
    look()
    assert points.seams == (2.0,)
    assert list(points.raw.ys) == [0.1, 0.7, 0.4]
