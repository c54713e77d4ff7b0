"""metrics.jsonl, written and read: rows, seams between attempts, and what may go wrong."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.metrics.latest import Latest
from mobius_core.metrics.table import MetricsTable
from mobius_core.metrics.tail import Tail, last_row
from mobius_core.metrics.write import MetricsWriter
from tests.runs.curves import curve


def test_a_row_has_step_time_and_attempt(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    with MetricsWriter(path, attempt=2) as writer:
        writer.row(10, train_loss=0.5, test_acc=math.nan, lr=None)
    row = json.loads(path.read_text())
    assert row.pop("t") == pytest.approx(path.stat().st_mtime, abs=60)
    assert row == {
        "step": 10,
        "attempt": 2,
        "train_loss": 0.5,
        "test_acc": None,
        "lr": None,
        "nonfinite": ["test_acc"],
    }


def test_columns_leave_out_what_is_null(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    table = MetricsTable(path)
    assert not table.refresh()
    with MetricsWriter(path) as writer:
        writer.row(1, a=0.5)
        writer.row(2, a=math.inf, b=3)
        assert table.refresh()
        assert not table.refresh()
        writer.row(3, a=0.75)
        assert table.refresh()
    with open(path, "a") as file:
        file.write('{"step": 4, "a": NaN, "b": "text"}\n[1]\nnot json\n{"a": 1}\n')
    assert table.refresh()
    assert table.names == ["a", "b"]
    assert curve(table, "a") == ([1, 3], [0.5, 0.75])
    assert curve(table, "b") == ([2], [3.0])
    assert curve(table, "c") == ([], [])
    assert (table.last("a"), table.last("c"), table.last_step) == (0.75, None, 4)


def test_numbers_that_no_column_holds_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    huge = "1" + "0" * 400
    path.write_text(f'{{"step": {1 << 63}, "a": 1}}\n{{"step": 1, "a": {huge}, "b": 2}}\n')
    table = MetricsTable(path)
    assert table.refresh()
    assert table.last_step == 1
    assert (curve(table, "a"), curve(table, "b")) == (([], []), ([1], [2.0]))
    newest = Latest(path)
    newest.refresh()
    assert newest.values["b"] == 2.0


def test_an_attempt_replaces_what_it_repeats(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    with MetricsWriter(path, 1) as writer:
        for step in (10, 20, 30, 40):
            writer.row(step, a=step / 100)
    table = MetricsTable(path)
    table.refresh()
    with MetricsWriter(path, 2) as writer:
        writer.row(30, a=3)
        table.refresh()
        assert curve(table, "a") == ([10, 20, 30], [0.1, 0.2, 3.0])
        writer.row(40, a=4)
    with MetricsWriter(path, 3) as writer:
        writer.row(20, a=2)
    table.refresh()
    assert curve(table, "a") == ([10, 20], [0.1, 2.0])
    assert table.seams == [20]


ROWS = st.lists(
    st.tuples(
        st.sampled_from((0, 0, 0, 1)),  # now and then another attempt
        st.integers(1, 5),
        st.dictionaries(st.sampled_from("abc"), st.integers(0, 9) | st.just("text")),
    ),
    max_size=20,
)


@given(ROWS)
def test_each_metric_has_its_own_steps(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, dict[str, int | str]]]
) -> None:
    """Whichever metrics share a row, and whatever a resume takes back."""
    path = tmp_path_factory.mktemp("rows") / "metrics.jsonl"
    table, attempt, step = MetricsTable(path), 1, 0
    known: dict[str, dict[int, float]] = {}
    for resumed, ahead, values in rows:
        attempt += resumed
        step = max(0, step - 7) if resumed else step + ahead
        if resumed:
            for points in known.values():
                for late in [one for one in points if one >= step]:
                    del points[late]
        with path.open("a") as file:
            file.write(json.dumps({"step": step, "attempt": attempt, **values}) + "\n")
        for name, value in values.items():
            if isinstance(value, int):
                known.setdefault(name, {})[step] = float(value)
        table.refresh()
        at_once = MetricsTable(path)
        at_once.refresh()
        for name, points in known.items():
            assert curve(table, name) == ([*points], [*points.values()])
            assert curve(at_once, name) == curve(table, name)
        assert (at_once.names, at_once.last_step) == (table.names, table.last_step)


def test_a_curve_for_a_drawing_keeps_its_ends_and_no_more_than_it_may(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    table = MetricsTable(path, most=100)
    with MetricsWriter(path) as writer:
        for step in range(1000):
            writer.row(step, a=step / 2, rare=None if step % 20 else step, late=step or None)
    assert table.refresh()
    steps, values = curve(table, "a")
    assert 50 <= len(steps) <= 100
    assert values == [step / 2 for step in steps]
    assert steps[:25] == [*range(25)]
    assert (steps[-1], steps == sorted(steps)) == (999, True)
    assert curve(table, "rare") == ([*range(0, 1000, 20)],) * 2
    steps, values = curve(table, "late")
    assert 50 <= len(steps) <= 100
    assert values == [float(step) for step in steps]
    assert table.edition > 0


def test_a_torn_line_is_ended_and_spoils_nothing(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    with MetricsWriter(path, 1) as writer:
        writer.row(1, a=1)
        writer.row(2, a=2)
    os.truncate(path, path.stat().st_size - 7)
    table = MetricsTable(path)
    table.refresh()
    assert curve(table, "a") == ([1], [1.0])
    with MetricsWriter(path, 2) as writer:
        writer.row(2, a=20)
    table.refresh()
    assert curve(table, "a") == ([1, 2], [1.0, 20.0])


def test_a_file_cut_short_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    with MetricsWriter(path) as writer:
        writer.row(1, a=1)
        writer.row(2, a=2)
    table = MetricsTable(path)
    table.refresh()
    path.unlink()
    with MetricsWriter(path) as writer:
        writer.row(5, b=5)
    assert table.refresh()
    assert table.names == ["b"]
    assert curve(table, "b") == ([5], [5.0])


@given(st.lists(st.binary(max_size=30)), st.lists(st.integers(0, 200), max_size=8))
def test_tail_gives_each_whole_line_once(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], cuts: list[int]
) -> None:
    path = tmp_path_factory.mktemp("tail") / "log"
    content = b"\n".join(lines)
    tail, read, at = Tail(path), [], 0
    for cut in [*sorted(cuts), len(content)]:
        with open(path, "ab") as file:
            file.write(content[at:cut])
        at = max(at, min(cut, len(content)))
        read += tail.lines()
    assert [*read, tail.rest] == content.split(b"\n")


def test_last_row_is_the_last_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    assert last_row(path) is None
    rows = "".join(json.dumps({"step": step}) + "\n" for step in range(5000))
    path.write_text(rows + '{"step": 50')
    assert last_row(path) == {"step": 4999}


def test_the_newest_values_without_the_rest(tmp_path: Path) -> None:
    """As the table gives them, but for a resumed run, which begins with none."""
    path = tmp_path / "metrics.jsonl"
    newest, table = Latest(path), MetricsTable(path)
    newest.refresh()
    assert (newest.values, newest.step) == ({}, None)
    with MetricsWriter(path, 1) as writer:
        writer.row(1, a=0.5, b=2.0)
        writer.row(2, a=None, b=math.nan)
        writer.row(3, a=0.75)
    newest.refresh()
    table.refresh()
    assert newest.values == {name: table.last(name) for name in table.names} == {"a": 0.75, "b": 2}
    assert newest.step == table.last_step == 3
    with path.open("a") as file:
        file.write('{"step": 4, "attempt": 1, "a"')
    with MetricsWriter(path, 2) as writer:
        writer.row(2, b=7)
    newest.refresh()
    assert (newest.values, newest.step) == ({"b": 7.0}, 2)
    path.write_text("")
    with MetricsWriter(path, 1) as writer:
        writer.row(1, c=1)
    newest.refresh()
    assert (newest.values, newest.step) == ({"c": 1.0}, 1)
