"""Onset on synthetic curves: what it says must follow from the curve, not from its sampling."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mobius_core.metrics.onset import CLASSES, Onset

THRESHOLD, HOLD = 0.99, 50
Curve = list[tuple[int, float, float]]

accuracies = st.one_of(st.floats(0, 1), st.sampled_from([THRESHOLD, 0.9899, 1.0, math.nan]))


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    steps = sorted(draw(st.sets(st.integers(0, 2000), max_size=60)))
    return [(step, draw(accuracies), draw(accuracies)) for step in steps]


def judged(curve: Curve, hold: int = HOLD) -> dict[str, str | int | None]:
    onset = Onset(THRESHOLD, hold)
    for row in curve:
        onset.add(*row)
    return onset.verdict(curve[-1][0] if curve else 0)


def by_definition(curve: Curve, hold: int = HOLD) -> tuple[int | None, int | None]:
    """Memorised and generalised, read off the whole curve at once."""
    memorised = next((step for step, train, _ in curve if train >= THRESHOLD), None)
    for i, (start, _, _) in enumerate(curve):
        for step, _, test in curve[i:]:
            if not test >= THRESHOLD:
                break
            if step - start >= hold:
                return memorised, start
    return memorised, None


def ramp(memorised: int, generalised: int, last: int, every: int = 10) -> Curve:
    return [
        (step, float(step >= memorised), float(step >= generalised))
        for step in range(0, last + 1, every)
    ]


@given(curves(), st.integers(0, 200))
def test_onset_is_what_the_definition_reads_off_the_curve(curve: Curve, hold: int) -> None:
    verdict = judged(curve, hold)
    assert (verdict["memorised"], verdict["generalised"]) == by_definition(curve, hold)


@given(curves())
def test_fields_agree_with_one_another(curve: Curve) -> None:
    verdict = judged(curve)
    memorised, generalised = verdict["memorised"], verdict["generalised"]
    assert verdict["class"] in CLASSES
    assert (verdict["class"] in ("grokked", "direct")) == (generalised is not None)
    assert (verdict["class"] == "not_memorised") == (memorised is None and generalised is None)
    assert (verdict["censored_at"] is None) == (generalised is not None)
    assert (verdict["delay"] is None) == (memorised is None or generalised is None)
    if isinstance(memorised, int) and isinstance(generalised, int):
        assert verdict["delay"] == generalised - memorised
        assert verdict["class"] == "direct" or generalised > memorised


@given(curves(), st.integers(1, 10_000))
def test_shifting_the_curve_shifts_the_onset(curve: Curve, shift: int) -> None:
    shifted = judged([(step + shift, train, test) for step, train, test in curve])
    verdict = judged(curve)
    for name in ("memorised", "generalised"):
        value = verdict[name]
        assert shifted[name] == (value + shift if isinstance(value, int) else None)
    assert shifted["delay"] == verdict["delay"]
    assert shifted["class"] == verdict["class"]


@given(curves(), st.integers(2, 50))
def test_scaling_steps_and_hold_scales_the_onset(curve: Curve, factor: int) -> None:
    scaled = judged([(s * factor, train, test) for s, train, test in curve], HOLD * factor)
    for name, value in judged(curve).items():
        assert scaled[name] == (value * factor if isinstance(value, int) else value)


@given(
    st.integers(0, 40).map(lambda n: 10 * n),
    st.integers(41, 80).map(lambda n: 10 * n),
    st.integers(0, 39).map(lambda n: 10 * n),
    st.integers(0, 4),
)
def test_a_spike_shorter_than_hold_is_no_onset(
    memorised: int, generalised: int, spike: int, length: int
) -> None:
    curve = ramp(memorised, generalised, generalised + HOLD)
    spiked = [
        (step, train, 1.0 if spike <= step <= spike + 10 * length else test)
        for step, train, test in curve
    ]
    assume(spike + 10 * length < generalised - 10)
    assert judged(spiked)["generalised"] == generalised


def test_a_dip_starts_the_stretch_anew() -> None:
    curve = ramp(100, 300, 600)
    dipped = [(s, train, 0.98 if s == 330 else test) for s, train, test in curve]
    assert judged(dipped)["generalised"] == 340
    late = [(s, train, 0.98 if s == 400 else test) for s, train, test in curve]
    assert judged(late)["generalised"] == 300


def test_accuracy_equal_to_the_threshold_counts() -> None:
    rows = [(s, THRESHOLD * (s >= 20), THRESHOLD * (s >= 60)) for s in range(0, 200, 20)]
    assert judged(rows) == {
        "class": "grokked",
        "memorised": 20,
        "generalised": 60,
        "delay": 40,
        "spacing": 20,
        "censored_at": None,
    }


@given(curves())
def test_a_step_seen_twice_counts_once(curve: Curve) -> None:
    twice = [row for step, train, test in curve for row in ((step, train, test), (step, 1.0, 1.0))]
    assert judged(twice) == judged(curve)


def test_nan_is_below_every_threshold() -> None:
    assert judged([(s, math.nan, math.nan) for s in range(0, 500, 10)])["class"] == "not_memorised"
    rows = ramp(100, 300, 500)
    assert judged([(s, a, math.nan if s == 310 else b) for s, a, b in rows])["generalised"] == 320


def test_never_generalised_is_censored_at_the_end() -> None:
    assert judged(ramp(100, 9999, 3000)) == {
        "class": "memorised_only",
        "memorised": 100,
        "generalised": None,
        "delay": None,
        "spacing": None,
        "censored_at": 3000,
    }


def test_an_unconfirmed_stretch_is_censored_where_it_began() -> None:
    verdict = judged(ramp(100, 2980, 3000))
    assert (verdict["generalised"], verdict["censored_at"]) == (None, 2980)


@pytest.mark.parametrize(("test_acc", "expected"), [(0.49, "grokked"), (0.5, "direct")])
def test_direct_when_half_was_right_at_memorisation(test_acc: float, expected: str) -> None:
    curve = ramp(100, 200, 400)
    curve = [(s, a, max(b, test_acc) if s == 100 else b) for s, a, b in curve]
    assert judged(curve)["class"] == expected


def test_direct_when_generalisation_comes_with_or_before_memorisation() -> None:
    assert judged(ramp(200, 200, 400))["class"] == "direct"
    early = judged(ramp(200, 150, 400))
    assert (early["class"], early["delay"]) == ("direct", -50)


@given(st.integers(0, 7), st.integers(8, 12), st.integers(0, 100))
def test_pace_of_evaluations_moves_the_onset_by_less_than_its_spacing(
    memorised: int, generalised: int, seed: int
) -> None:
    """True onsets at 100 times the integers; evaluations at an uneven pace."""
    steps = [0]
    while steps[-1] < 2000:
        steps.append(steps[-1] + 1 + (seed * 7919 + steps[-1] * 31) % 40)
    curve = [(s, float(s >= 100 * memorised), float(s >= 100 * generalised)) for s in steps]
    verdict = judged(curve)
    onset, spacing = verdict["generalised"], verdict["spacing"]
    assert isinstance(onset, int)
    assert isinstance(spacing, int)
    assert onset - spacing < 100 * generalised <= onset


@given(curves(), st.integers(0, 60))
def test_whole_curves_are_judged_as_one_evaluation_after_another(curve: Curve, cut: int) -> None:
    whole, single = Onset(THRESHOLD, HOLD), Onset(THRESHOLD, HOLD)
    for part in (curve[:cut], curve[cut:]):
        columns = [list(column) for column in zip(*part, strict=True)] or [[], [], []]
        whole.add_all([int(step) for step in columns[0]], columns[1], columns[2])
    for row in curve:
        single.add(*row)
    assert repr(whole.state()) == repr(single.state())  # nan equals itself as text only


@given(curves(), st.integers(0, 60))
def test_state_carries_over_a_resume(curve: Curve, cut: int) -> None:
    first, second = Onset(THRESHOLD, HOLD), Onset(THRESHOLD, HOLD)
    for row in curve[:cut]:
        first.add(*row)
    second.load_state(first.state())
    for row in curve[cut:]:
        second.add(*row)
    assert second.verdict(2000) == {**judged(curve), **censoring(second)}


def censoring(onset: Onset) -> dict[str, str | int | None]:
    """The one field that depends on when the run is said to have ended."""
    return {"censored_at": onset.verdict(2000)["censored_at"]}
