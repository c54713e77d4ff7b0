"""Names of trials: short, exact, and of one meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.config.names import short_names, shortest, trial_name
from mobius_core.config.trial import Json


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0.005, ".005"),
        (1e-2, ".01"),
        (1e-4, "1e-4"),
        (2.5e-4, "2.5e-4"),
        (1.0, "1"),
        (0.3, ".3"),
        (-1.5, "-1.5"),
        (127, "127"),
        (20_000, "20000"),
        (300_000, "3e5"),
        (123_456, "123456"),
        (1e13, "1e13"),
        (10**13 + 1, "10000000000001"),
        (2**63 - 1, "9223372036854775807"),
        (0, "0"),
    ],
)
def test_shortest(number: float, name: str) -> None:
    assert shortest(number) == name


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_back_exactly_and_is_no_longer_than_its_repr(number: float) -> None:
    assert float(shortest(number)) == number
    assert len(shortest(number)) <= len(repr(number))


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_reads_back_exactly(number: int) -> None:
    mantissa, _, power = shortest(number).partition("e")
    assert int(mantissa) * 10 ** int(power or 0) == number


def test_axes_are_named_by_the_shortest_ending_that_is_theirs() -> None:
    assert short_names(["train.lr", "model.mask.base", "task.base", "pin.split"]) == {
        "train.lr": "lr",
        "model.mask.base": "mask.base",
        "task.base": "task.base",
        "pin.split": "split",
    }


def test_the_whole_name() -> None:
    axes: dict[str, Json] = {
        "model.widths": [127, 251],
        "train.lr": 0.005,
        "task.inputs": [{"primes": 100}],
    }
    assert (
        trial_name("primes", "prime", axes, 3)
        == "primes/prime,widths=127x251,lr=.005,inputs=primes:100,s3"
    )
    assert trial_name("paper-mu", None, {}, 0) == "paper-mu/s0"


@given(st.text())
def test_no_value_breaks_a_name(text: str) -> None:
    name = trial_name("x", None, {"params.a": text}, 0)
    assert not set(name) & set(" ,\t\n\"'\\|&;<>*?") - {","}
    assert name.count(",") == 1
