"""Filtered lines are those that a comprehension over all lines would keep."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobius_core.metrics.log_filter import STRIDE, LogFilter
from mobius_core.metrics.log_index import LogIndex

WORDS = ["step 1", "loss nan", "Warning: slow", "ERROR", "Traceback (most recent", "", "ok"]
EVERYTHING = 1 << 40


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(WORDS), max_size=30),
    st.sampled_from(["n", "step", "NaN", "nothing"]),
    st.integers(0, 30),
    st.integers(1, 60),
)
def test_rows_are_the_matching_lines(
    tmp_path: Path, lines: list[str], text: str, first: int, budget: int
) -> None:
    path = tmp_path / "log.txt"
    path.write_text("".join(line + "\n" for line in lines[:first]))
    index = LogIndex(path)
    index.refresh()
    shown = LogFilter(index, text)
    shown.refresh(EVERYTHING)
    with path.open("a") as file:
        file.write("".join(line + "\n" for line in lines[first:]))
    index.refresh()
    while not shown.complete:
        shown.refresh(budget)
    expected = [pair for pair in enumerate(lines) if text.lower() in pair[1].lower()]
    assert shown.numbered(0, 99) == expected
    assert shown.numbered(1, 3) == expected[1:3]
    for number in range(len(lines)):
        assert shown.row(number) == sum(kept < number for kept, _ in expected)
    index.close()


@pytest.mark.parametrize(("level", "count"), [("warn", 3), ("WARNING", 3), ("error", 2)])
def test_levels_show_what_is_worse_too(tmp_path: Path, level: str, count: int) -> None:
    path = tmp_path / "log.txt"
    path.write_text("\n".join([*WORDS, "an error that is not yet ended"]))
    index = LogIndex(path)
    index.refresh()
    shown = LogFilter(index, level)
    assert shown.refresh(EVERYTHING)
    assert len(shown) == count
    index.close()


def test_lines_longer_than_a_read(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"x" * (3 * STRIDE) + b"needle\nb\nneedle needle\n" + b"y" * STRIDE)
    index = LogIndex(path)
    index.refresh()
    shown = LogFilter(index, "needle")
    shown.refresh(EVERYTHING)
    assert [number for number, _ in shown.numbered(0, 9)] == [0, 2]
    assert shown.complete
    index.close()


def test_a_replaced_log_is_looked_through_anew(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("a\nb\na\n")
    index = LogIndex(path)
    index.refresh()
    shown = LogFilter(index, "a")
    shown.refresh(EVERYTHING)
    path.write_text("b\na\n")
    index.refresh()
    shown.refresh(EVERYTHING)
    assert shown.numbered(0, 9) == [(1, "a")]
    index.close()
