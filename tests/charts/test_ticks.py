"""Labels as the screens show them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_tui.charts.draw import x_labels, y_labels
from mobius_tui.charts.scale import Axis, Scale
from mobius_tui.charts.ticks import short, ticks

LIN, LOG = Scale.LINEAR, Scale.LOG


@pytest.mark.parametrize(
    ("axis", "room", "labels"),
    [
        (Axis(LIN, 0, 1, 48), 16, "0 .5 1.0"),
        (Axis(LIN, 0, 1, 68), 16, "0 .25 .50 .75 1.0"),
        (Axis(LIN, 0, 0.02, 48), 9, "0 .005 .010 .015 .020"),
        (Axis(LIN, 10, 60, 60), 10, "10 20 30 40 50 60"),
        (Axis(LIN, -1, 1, 48), 16, "-1 0 1"),
        (Axis(LIN, 0, 30_000, 200), 40, "0 10k 20k 30k"),
        (Axis(LIN, 0, 2e6, 200), 90, "0 1M 2M"),
        (Axis(LIN, 1e-5, 3e-5, 100), 30, "1e-5 2e-5 3e-5"),
        (Axis(LIN, 1.25, 1.2512, 100), 20, "1.2500 1.2505 1.2510"),
        (
            Axis(LIN, 12_000_000, 12_000_040, 100),
            20,
            "12000000 12000010 12000020 12000030 12000040",
        ),
        (Axis(LIN, 0, 12_500, 100), 30, "0 5k 10k"),
        (Axis(LIN, -4e-4, 4e-4, 100), 30, "0"),
        (Axis(LIN, 0.50, 0.515, 60), 15, ".500 .505 .510 .515"),
        (Axis(LOG, 0.001, 10, 36), 8, ".001 .01 .1 1 10"),
        (Axis(LOG, 0.001, 10, 36), 10, ".01 1"),
        (Axis(LOG, 10, 3000, 148), 30, "10 100 1000"),
        (Axis(LOG, 10, 3000, 198), 30, "10 30 100 300 1000 3000"),
        (Axis(LOG, 1e-8, 1, 48), 12, "1e-8 1e-6 1e-4 .01 1"),
        (Axis(LOG, 1, 1e6, 200), 60, "1 100 10k 1M"),
        (Axis(LOG, 200, 800, 100), 20, "200 500"),
        (Axis(LOG, 0.51, 0.52, 100), 20, ".510 .512 .514 .516 .518 .520"),
    ],
)
def test_labels(axis: Axis, room: int, labels: str) -> None:
    assert " ".join(tick.label for tick in ticks(axis, room)) == labels


@given(
    st.sampled_from([LIN, LOG]),
    st.floats(1e-9, 1e9),
    st.floats(1.001, 1e9),
    st.integers(20, 400),
    st.integers(8, 40),
)
def test_labels_keep_apart_and_mean_what_they_say(
    scale: Scale, low: float, ratio: float, dots: int, room: int
) -> None:
    axis = Axis(scale, low, low * ratio, dots)
    found = ticks(axis, room)
    places = [axis.place(tick.value) for tick in found]
    assert all(b - a >= room - 1 for a, b in pairwise(places))
    assert all(-0.5 <= place <= dots - 0.5 for place in places)
    assert len({tick.label for tick in found}) == len(found)
    for tick in found:
        assert number(tick.label) == pytest.approx(tick.value, rel=1e-3)


def number(label: str) -> float:
    units = {"k": 1e3, "M": 1e6, "G": 1e9}
    return float(label[:-1]) * units[label[-1]] if label[-1] in units else float(label)


@pytest.mark.parametrize(
    ("value", "text"),
    [(3000, "3000"), (12_500, "12.5k"), (0.5, ".5"), (-0.25, "-.25"), (1e-4, "1e-4"), (0, "0")],
)
def test_short(value: float, text: str) -> None:
    assert short(value) == text


def test_the_line_under_the_axis_ends_with_its_limit() -> None:
    assert x_labels(Axis(LOG, 10, 3000, 148), 74) == (
        "10            30             100            300            1000       3000"
    )
    assert x_labels(Axis(LIN, 0, 455, 80), 40) == "0                200              400   "


def test_fractions_in_per_cent_have_round_per_cents() -> None:
    labels = y_labels(Axis(LIN, 0.505, 0.535, 48), 12, percent=True)
    assert labels == {2: "53", 5: "52", 9: "51"}


def test_two_labels_where_the_usual_distance_leaves_one() -> None:
    labels = y_labels(Axis(LIN, -4e-4, 4e-4, 48), 12, percent=False)
    assert labels == {0: "4e-4", 3: "2e-4", 5: "0", 8: "-2e-4", 11: "-4e-4"}
