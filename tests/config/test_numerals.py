"""Integers as people write them, and braces in command lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.config.numerals import integer
from mobius_core.config.placeholders import fill, placeholders


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (97, 97),
        (97.0, 97),
        (1e13, 10**13),
        (float(2**53), None),
        (2.0**53 - 1, 2**53 - 1),
        (0.5, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        ("10^13", 10**13),
        ("2^63-1", 2**63 - 1),
        ("2^63 - 1", 2**63 - 1),
        ("2^10+1", 1025),
        ("97", None),
        ("10^", None),
        ("-2^3", None),
        ("2^2^2", None),
        (None, None),
    ],
)
def test_integer(written: object, value: int | None) -> None:
    assert integer(written) == value


NAMES = st.sampled_from(["seed", "run", "lr", "a b", ""])
TEXTS = st.text("ab:/{}", max_size=5)


@given(st.lists(st.tuples(TEXTS, NAMES), max_size=4))
def test_placeholders_between_any_text(parts: list[tuple[str, str]]) -> None:
    def escaped(text: str) -> str:
        return text.replace("{", "{{").replace("}", "}}")

    text = "".join(f"{escaped(before)}{{{name}}}" for before, name in parts)
    assert placeholders(text) == [name for _, name in parts]
    values = {name: f"<{name}>" for _, name in parts}
    assert fill(text, values) == "".join(f"{before}<{name}>" for before, name in parts)


def test_a_brace_without_a_partner_is_itself() -> None:
    assert fill("{ a} }b{", {" a": "c"}) == "c }b{"


def test_a_missing_value_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="lr"):
        fill("{lr}", {})
