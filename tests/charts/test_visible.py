"""Nothing of a log is obeyed by a terminal, and nothing of it disappears."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.metrics.visible import visible, visible_bytes


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"step 1  train .98", "step 1  train .98"),
        (b"\x1b[31mred\x1b[0m", "^[[31mred^[[0m"),
        (b"\x1b]52;c;aGk=\x07", "^[]52;c;aGk=^G"),
        (b"a\tb\t\tc", "a       b               c"),
        (b"nul \x00 del \x7f", "nul ^@ del ^?"),
        (b"caf\xe9", "caf\\xe9"),
        ("µ² → größer 数".encode(), "µ² → größer 数"),
        ("c1 \x9b31m".encode(), "c1 \\x9b31m"),
        ("rtl \u202e".encode(), "rtl \\u202e"),
        ("bom \ufeff".encode(), "bom \\ufeff"),
        ("nbsp\u00a0wide\u3000end".encode(), "nbsp wide end"),
        ("line\u2028separator\u0085".encode(), "line\\u2028separator\\x85"),
        ("tag \U000e0041".encode(), "tag \\U000e0041"),
        (b"[bold]markup[/]", "[bold]markup[/]"),
    ],
)
def test_spelled(raw: bytes, shown: str) -> None:
    assert visible_bytes(raw) == shown


@given(st.text())
def test_only_printable_characters_are_left(text: str) -> None:
    assert visible(text).isprintable()


@given(st.binary())
def test_any_bytes(raw: bytes) -> None:
    assert visible_bytes(raw).isprintable()


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_printable_text_is_itself(text: str) -> None:
    assert visible(text) == text
