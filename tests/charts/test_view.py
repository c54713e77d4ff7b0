"""Looking around: limits, zoom, pan, and a cursor that says exactly what the file says."""

from __future__ import annotations

from dataclasses import replace
from math import inf, log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_tui.charts.cursor import moved, readings
from mobius_tui.charts.limits import Window, rounded
from mobius_tui.charts.palette import COLOURS, colours, mark
from mobius_tui.charts.scale import Scale
from mobius_tui.charts.series import Points, Series
from mobius_tui.charts.view import ChartView, Reference

COLUMNS = 40
CURVES = st.lists(
    st.dictionaries(st.integers(1, 5000), st.floats(-10, 10), min_size=1, max_size=40),
    min_size=1,
    max_size=3,
)


def view_of(*curves: dict[int, float]) -> ChartView:
    return ChartView(
        tuple(
            Series(f"s{n}", "abc"[n], n, Points.of(sorted(rows), [rows[x] for x in sorted(rows)]))
            for n, rows in enumerate(curves)
        )
    )


@given(CURVES, st.sampled_from(Scale), st.lists(st.integers(-12, 12).filter(bool), max_size=30))
def test_the_cursor_stands_on_points_and_reads_them_exactly(
    curves: list[dict[int, float]], scale: Scale, steps: list[int]
) -> None:
    view = replace(view_of(*curves), x=scale)
    for step in steps:
        before = view.cursor
        view = moved(view, step, COLUMNS)
        assert any(view.cursor in rows for rows in curves)
        if before is not None and view.cursor != before:
            assert (view.cursor > before) == (step > 0)  # type: ignore[operator]
    for reading, rows in zip(readings(view), curves, strict=True):
        seen = [x for x in rows if x <= (inf if view.cursor is None else view.cursor)]
        if seen:
            assert (reading.x, reading.value) == (max(seen), rows[max(seen)])
        else:
            assert (reading.x, reading.value, reading.smoothed) == (None, None, None)


@given(CURVES, st.sampled_from(Scale))
def test_the_cursor_reaches_every_point_of_sparse_curves(
    curves: list[dict[int, float]], scale: Scale
) -> None:
    view = replace(view_of(*curves), x=scale, cursor=0.5)
    everywhere = sorted({x for rows in curves for x in rows})
    visited = []
    while (after := moved(view, 1, 10**6)) != view:
        view = after
        visited.append(view.cursor)
    assert visited == everywhere


def test_a_column_at_a_time_where_points_are_dense() -> None:
    view = replace(view_of(dict.fromkeys(range(1, 4001), 0.5)), cursor=2000.0)
    right = moved(view, 1, COLUMNS).cursor
    far = moved(view, 10, COLUMNS).cursor
    assert right == pytest.approx(2000 + 4000 / COLUMNS, abs=2)
    assert far == pytest.approx(2000 + 10 * 4000 / COLUMNS, abs=15)


def test_the_first_step_of_the_cursor_is_the_newest_point() -> None:
    assert moved(view_of({1: 0.1, 7: 0.7}, {9: 0.9}), -1, COLUMNS).cursor == 9
    assert moved(ChartView(), -1, COLUMNS).cursor is None


def test_readings_without_a_cursor_are_the_newest_values() -> None:
    view = replace(view_of({1: 1.0, 2: 0.0}), smoothing=0.6)
    (reading,) = readings(view)
    assert (reading.x, reading.value) == (2, 0.0)
    assert reading.smoothed == pytest.approx(0.6 / 1.6)


def test_zoom_keeps_the_cursor_where_it_is() -> None:
    view = replace(view_of({1: 0.0, 100: 1.0, 1000: 2.0}), x=Scale.LOG, cursor=100.0)
    near = view.zoomed(2.0)
    assert near.x_window is not None
    assert tuple(map(log10, near.x_window)) == pytest.approx((1.0, 2.5))
    assert near.zoomed(0.5).x_window is None


def test_zoom_about_a_cursor_on_zero() -> None:
    view = replace(view_of({0: 0.0, 100: 1.0}), cursor=0.0)
    assert view.zoomed(2.0).x_window == pytest.approx((0.0, 50.0))


def test_zoom_out_stops_at_all_of_x() -> None:
    view = view_of({0: 0.0, 100: 1.0})
    assert view.zoomed(0.5) == view
    near = view.zoomed(2.0).zoomed(2.0).panned(9.0)
    assert near.x_window == pytest.approx((75.0, 100.0))
    out = near.zoomed(0.5).zoomed(0.5).zoomed(0.5)
    assert out.x_window is None


def test_zoom_ends_before_the_limits_meet() -> None:
    view = replace(view_of({1: 0.0, 10**9: 1.0}), cursor=10.0**9)
    for _ in range(200):
        view = view.zoomed(2.0)
    assert view.x_window is not None
    assert view.x_window.high > view.x_window.low


def test_the_window_follows_the_cursor() -> None:
    view = replace(view_of(dict.fromkeys(range(101), 0.0)), x_window=Window(0, 10), cursor=10.0)
    view = moved(view, 4, COLUMNS)
    assert view.cursor == 11.0
    assert view.x_window == pytest.approx((1.0, 11.0))
    assert view.fitted() == replace(view, x_window=None, cursor=None)


def test_panning_stays_on_the_points() -> None:
    view = replace(view_of({0: 0.0, 100: 1.0}), x_window=Window(40, 60))
    assert view.panned(0.5).x_window == pytest.approx((50, 70))
    assert view.panned(-99).x_window == pytest.approx((0, 20))
    assert replace(view, x_window=None).panned(1.0).x_window is None


def test_a_window_over_zero_is_given_up_on_a_log_axis() -> None:
    view = replace(view_of({0: 0.0, 100: 1.0}), x_window=Window(0, 60))
    assert view.scaled(Scale.LOG, Scale.LINEAR).x_window is None
    kept = replace(view, x_window=Window(1, 60)).scaled(Scale.LOG, Scale.LOG)
    assert kept.x_window == Window(1, 60)


def test_limits_of_x() -> None:
    assert view_of({1: 0.0, 455: 1.0}).x_fit() == (0, 455)
    assert view_of({400: 0.0, 455: 1.0}).x_fit() == (400, 455)
    assert replace(view_of({0: 0.0, 2: 0.0, 9: 1.0}), x=Scale.LOG).x_fit() == (2, 9)
    assert view_of({7: 1.0}).x_fit() == (6, 8)


def test_limits_of_y_take_in_raw_points_and_reference_lines() -> None:
    view = replace(view_of({1: 0.31, 2: 0.64}), smoothing=0.97)
    assert view.y_fit(Window(1, 2)) == pytest.approx((0.3, 0.65))
    view = replace(view, references=(Reference(0.95, "oracle", oracle=True), Reference(2.0, "x")))
    assert view.y_fit(Window(1, 2)).high == pytest.approx(2.0)
    oracle = replace(view, shown="oracle")
    assert oracle.y_fit(Window(1, 2)).high == pytest.approx(1.0)
    assert [oracle.next_references().shown, view.next_references().shown] == ["all", "off"]


def test_accuracies_live_between_0_and_1_until_zoomed() -> None:
    view = replace(view_of({1: 0.98, 2: 0.99, 3: 0.5}), y_home=Window(0, 1))
    assert view.y_fit(Window(1, 3)) == (0, 1)
    near = replace(view, x_window=Window(1, 1.5))
    assert near.y_fit(Window(1, 1.5)).low > 0.9


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9), st.booleans())
def test_round_limits_hold_everything(low: float, width: float, log: bool) -> None:
    high = low + width
    if log:
        low, high = abs(low) + 1e-6, abs(low) + width + 1e-6
    limits = rounded(low, high, Scale.LOG if log else Scale.LINEAR)
    slack = 1e-9 * max(abs(low), abs(high))
    assert limits.low - slack <= low <= high <= limits.high + slack
    assert limits.low < limits.high


def test_colours_stay_with_their_names() -> None:
    assert colours(["test_acc", "train_acc"]) == {"test_acc": 1, "train_acc": 0}
    assert colours(["test_loss"])["test_loss"] == 1
    assert colours(["prime/s0"]) == colours(["prime/s0"])


@given(st.lists(st.text(min_size=1), unique=True, max_size=12))
def test_no_two_lines_share_a_colour_while_there_are_enough(names: list[str]) -> None:
    chosen = colours(names)
    assert len(set(list(chosen.values())[:COLOURS])) == min(len(names), COLOURS)
    assert all(0 <= colour < COLOURS for colour in chosen.values())


def test_marks() -> None:
    assert [mark(0), mark(25), mark(26)] == ["a", "z", "a"]
