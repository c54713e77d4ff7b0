"""The index of a log against splitlines, and against everything that happens to log files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobius_core.metrics.log_index import BLOCK, LONGEST, LogIndex
from mobius_core.metrics.log_search import STRIDE, Needle
from mobius_core.metrics.visible import visible_bytes

LINES = st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"").replace(b"\r", b"")))
FILES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def split(data: bytes) -> list[str]:
    """The lines of a file, the slow and simple way."""
    parts = data.split(b"\n")
    return [visible_bytes(part) for part in (parts if parts[-1] else parts[:-1])]


def shown(index: LogIndex) -> list[str]:
    return [index.line(number) for number in range(len(index))]


def long_log(lines: int) -> bytes:
    """Lines of very different lengths over many blocks."""
    return b"".join(b"%d:" % i + b"x" * (i * i % 977) + b"\n" for i in range(lines))


@FILES
@given(LINES, st.booleans(), st.lists(st.integers(1, 40), max_size=8))
def test_lines_are_those_of_splitlines_however_the_file_grew(
    tmp_path: Path, lines: list[bytes], ended: bool, cuts: list[int]
) -> None:
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    path = tmp_path / "log.txt"
    path.write_bytes(b"")
    index = LogIndex(path)
    done = 0
    for cut in [*cuts, len(data)]:
        with path.open("ab") as file:
            file.write(data[done : done + cut])
        done = min(len(data), done + cut)
        index.refresh()
        assert shown(index) == split(data[:done])
        assert index.ending(3) == split(data[:done])[-3:]
    assert index.replaced == 0
    index.close()


@pytest.mark.parametrize("budget", [None, 10_000, BLOCK, 3 * BLOCK + 1])
def test_many_blocks_indexed_in_pieces(tmp_path: Path, budget: int | None) -> None:
    data = long_log(3000)
    path = tmp_path / "log.txt"
    path.write_bytes(data)
    expected = split(data)
    index = LogIndex(path)
    while not index.complete or not index.size:
        assert index.refresh(budget)
        assert index.ending(50) == expected[-50:]
    assert len(data) > 10 * BLOCK
    assert len(index) == len(expected)
    assert [index.line(n) for n in range(0, 3000, 7)] == expected[::7]
    assert index.numbered(2995, 4000) == [*enumerate(expected)][2995:]
    assert not index.refresh(budget)
    index.close()


def test_offsets_and_numbers_are_inverse(tmp_path: Path) -> None:
    data = long_log(1000)
    path = tmp_path / "log.txt"
    path.write_bytes(data)
    index = LogIndex(path)
    index.refresh()
    at = 0
    for number, line in enumerate(data.split(b"\n")[:-1]):
        assert index.offset(number) == at
        assert {index.number(at), index.number(at + len(line))} == {number}
        at += len(line) + 1
    assert index.offset(5000) == len(data)
    with pytest.raises(IndexError, match="byte"):
        index.number(len(data))
    with pytest.raises(IndexError, match="line 1000 of 1000"):
        index.line(1000)
    index.close()


def truncate(path: Path) -> None:
    path.write_bytes(b"")


def shorten(path: Path) -> None:
    path.write_bytes(b"two\n")


def rewrite(path: Path) -> None:
    path.write_bytes(b"another first line\nand more than there was before\n")


def rewrite_same_head(path: Path) -> None:
    path.write_bytes(b"first\nSECOND\nthird, and more than there was before\n")


def rotate(path: Path) -> None:
    path.rename(path.with_suffix(".1"))
    path.write_bytes(b"first\nsecond\nthird\n")


@pytest.mark.parametrize("change", [truncate, shorten, rewrite, rewrite_same_head, rotate])
def test_a_file_that_became_another_is_read_anew(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"first\nsecond\nthird\n")
    index = LogIndex(path)
    index.refresh()
    change(path)
    assert index.refresh()
    assert shown(index) == split(path.read_bytes())
    assert index.replaced == 1
    index.close()


def test_a_file_that_comes_goes_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    index = LogIndex(path)
    assert not index.refresh()
    assert (len(index), index.ending(5), index.complete) == (0, [], True)
    path.write_bytes(b"here\n")
    assert index.refresh()
    path.unlink()
    assert index.refresh()
    assert len(index) == 0
    path.write_bytes(b"again\n")
    assert index.refresh()
    assert shown(index) == ["again"]
    index.close()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"1%\r50%\r100%", "100%"),
        (b"1%\r50%\r100%\r", "100%"),
        (b"windows\r", "windows"),
        (b"\r\r", ""),
        (b"bar 1%\rdone, 3 epochs", "done, 3 epochs"),
        (b"x" * 9000, "x" * LONGEST + " … 808 more bytes"),
        (b"\r".join(b"step %d" % i for i in range(5000)), "step 4999"),
        (b"\r".join(b"step %d" % i for i in range(5000)) + b"\r", "step 4999"),
        (b"y" * (1 << 20), "y" * LONGEST + f" … {(1 << 20) - LONGEST} more bytes"),
    ],
)
def test_long_lines_and_progress_bars(tmp_path: Path, line: bytes, shown: str) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"before\n" + line + b"\nafter\n")
    index = LogIndex(path)
    index.refresh()
    assert index.numbered(0, 9) == [(0, "before"), (1, shown), (2, "after")]
    assert index.ending(2) == [shown, "after"]
    index.close()


def test_no_handle_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    before = len(os.listdir("/proc/self/fd"))
    index = LogIndex(path)
    for number in range(50):
        path.write_bytes(b"x\n" * number)
        index.refresh()
        Needle("y").after(path, 0, index.size)
    index.close()
    assert len(os.listdir("/proc/self/fd")) == before


# Search


@FILES
@given(
    st.lists(st.sampled_from([b"a", b"B", b"ab", b"nan", b"NaN", b"\n"]), max_size=40),
    st.sampled_from(["a", "B", "ab", "nan", "NaN", "nA"]),
    st.integers(0, 60),
)
def test_search_is_find_and_rfind(
    tmp_path: Path, parts: list[bytes], text: str, border: int
) -> None:
    data = b"".join(parts)
    path = tmp_path / "log.txt"
    path.write_bytes(data)
    border = min(border, len(data))
    sought = data.lower() if text.islower() else data
    needle = Needle(text)
    after, before = sought.find(text.encode(), border), sought[:border].rfind(text.encode())
    assert needle.after(path, border, len(data)) == (None if after < 0 else after)
    assert needle.before(path, 0, border) == (None if before < 0 else before)


@pytest.mark.parametrize("at", [0, STRIDE - 6, STRIDE - 1, STRIDE, 2 * STRIDE + 5, 3 * STRIDE - 7])
def test_search_across_the_borders_of_reads(tmp_path: Path, at: int) -> None:
    data = bytearray(b"." * (3 * STRIDE))
    data[at : at + 7] = b"needle!"
    path = tmp_path / "log.txt"
    path.write_bytes(data)
    assert Needle("needle!").after(path, 0, len(data)) == at
    assert Needle("needle!").before(path, 0, len(data)) == at
    assert Needle("needle!").after(path, at + 1, len(data)) is None
    assert Needle("needle!").before(path, 0, at + 6) is None


def test_what_cannot_be_found(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    assert Needle("x").after(path, 0, 10) is None
    path.write_bytes(b"a\nb")
    assert Needle("").after(path, 0, 3) is None
    assert Needle("a\nb").before(path, 0, 3) is None


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("nan", [(0, 3), (8, 11)]),
        ("NaN", [(8, 11)]),
        ("nann", []),
        ("", []),
        ("n", [(0, 1), (2, 3), (8, 9), (10, 11)]),
    ],
)
def test_places_in_a_line(text: str, places: list[tuple[int, int]]) -> None:
    assert Needle(text).places("nan İİ, NaN") == places
