"""`mobius mu` as typed by a person: numbers, pipes and ranges."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mobius_core.data import number_lines, segments
from mobius_core.errors import MobiusError, UsageError, WorkFailed
from tests.data.commands import document, lines, mobius
from tests.sieve.reference import LARGEST, MERTENS, flint_mu


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of seven values, so that a short range has many."""
    monkeypatch.setattr(segments, "SEGMENT", 7)
    monkeypatch.setattr(segments, "LISTED", 7)


def feed(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))


def test_of_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    mobius("mu", "1", "30", "4", "2^63-1", "1e13", "10^13+1")
    assert lines(capsys) == [
        "1 1",
        "30 -1",
        "4 0",
        "9223372036854775807 0",
        "10000000000000 0",
        "10000000000001 -1",
    ]
    mobius("mu", "6", "--json")
    assert document(capsys)["mu"] == [{"n": 6, "mu": 1}]


def test_of_a_range(capsys: pytest.CaptureFixture[str]) -> None:
    mobius("mu", "--range", "1", "10")
    assert lines(capsys)[-1] == "10 1"
    mobius("mu", "--range", "1", "1e6", "--sum")
    assert lines(capsys) == ["212"]
    mobius("mu", "--range", "1", "1e6", "--sum", "--json")
    assert document(capsys) == {"schema": 1, "lo": 1, "hi": 10**6, "sum": 212}
    mobius("mu", "--range", "2^63-1", "2^63-1", "--json")
    assert document(capsys)["mu"] == [0]


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_a_range_in_segments(
    capsys: pytest.CaptureFixture[str], small_segments: None, tmp_path: Path, threads: str
) -> None:
    """Against FLINT; the interval begins and ends within segments."""
    mu = flint_mu(range(5, 105))
    wanted = [f"{n} {value}" for n, value in enumerate(mu, 5)]
    options = ("--range", "5", "104", "--threads", threads)
    mobius("mu", *options)
    assert lines(capsys) == wanted
    mobius("mu", *options, "--json")
    assert document(capsys)["mu"] == mu
    mobius("mu", *options, "--sum")
    assert lines(capsys) == [str(sum(mu))]
    mobius("mu", *options, "--count")
    assert lines(capsys) == [f"{value} {mu.count(value)}" for value in (-1, 0, 1)]
    mobius("mu", *options, "--count", "--json")
    assert document(capsys)["count"] == {"-1": mu.count(-1), "0": mu.count(0), "1": mu.count(1)}
    mobius("mu", *options, "--out", str(tmp_path / "mu.npy"))
    assert lines(capsys) == [str(tmp_path / "mu.npy")]
    saved = np.load(tmp_path / "mu.npy")
    assert (saved.dtype, saved.tolist()) == (np.dtype(np.int8), mu)
    assert [path.name for path in tmp_path.iterdir()] == ["mu.npy"]


def test_mertens(capsys: pytest.CaptureFixture[str]) -> None:
    """OEIS A084237, across real segments."""
    mobius("mu", "--range", "1", "1e8", "--sum")
    assert lines(capsys) == [str(MERTENS[8])]


def test_segments_grow_with_the_primes_they_need() -> None:
    lengths = [segments.length(hi) for hi in (1, 10**13, 10**18, LARGEST)]
    assert lengths == [1 << 24, 1 << 24, 62_500_000, 1 << 27]


def test_of_a_range_to_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorkFailed, match=r"cannot write .*: No such file or directory"):
        mobius("mu", "--range", "1", "9", "--out", str(tmp_path / "none" / "mu.npy"))


def test_of_stdin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, b"30\n\n 4 \n10^3\r\n007\n\t\n6")
    mobius("mu", "-")
    assert lines(capsys) == ["30 -1", "4 0", "1000 0", "7 -1", "6 1"]
    feed(monkeypatch, b"30\n1e3\n")
    mobius("mu", "-", "--json")
    assert document(capsys)["mu"] == [{"n": 30, "mu": -1}, {"n": 1000, "mu": 0}]
    feed(monkeypatch, b"")
    mobius("mu", "-")
    assert lines(capsys) == []


@pytest.mark.parametrize("block", [1, 2, 3, 8, 100])
def test_blocks_do_not_show(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(number_lines, "BLOCK", block)
    feed(monkeypatch, b"30\n\n1e3\n9223372036854775807\n 6 \n5")
    mobius("mu", "-")
    assert lines(capsys) == ["30 -1", "1000 0", "9223372036854775807 0", "6 1", "5 -1"]


@pytest.mark.parametrize("block", [4, 1000])
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (b"thirty", 'line 4: "thirty" is no whole number'),
        (b"-5", "line 4: -5 is out of range"),
        (b"0", "line 4: 0 is out of range"),
        (b"9223372036854775808", "line 4: 9223372036854775808 is out of range"),
        (b"99999999999999999999", "line 4: 99999999999999999999 is out of range"),
        (b"2.5", 'line 4: "2.5" is no whole number'),
        (b"6 7", 'line 4: "6 7" is no whole number'),
        (b"\xff\x00", "line 4: "),
        (b"9" * 500, 'line 4: "9999999999999999999999999999999999999999…" is no whole number'),
    ],
)
def test_of_stdin_names_the_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    bad: bytes,
    message: str,
    block: int,
) -> None:
    monkeypatch.setattr(number_lines, "BLOCK", block)
    feed(monkeypatch, b"30\n\n1e3\n" + bad + b"\n7\n")
    with pytest.raises(UsageError) as caught:
        mobius("mu", "-")
    assert message in str(caught.value)
    assert lines(capsys) == ["30 -1", "1000 0"], "what came before is answered"


def test_no_text_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, b"1" * (1 << 17))
    with pytest.raises(UsageError, match="line 1 is longer than any number: is this a text file"):
        mobius("mu", "-")


def test_answers_come_before_the_pipe_ends() -> None:
    """A person or another program may wait for one answer before asking the next."""
    command = [sys.executable, "-m", "mobius_tui", "mu", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for question, answer in ((b"30\n", b"30 -1\n"), (b"6\n4\n", b"6 1\n4 0\n")):
            child.stdin.write(question)
            child.stdin.flush()
            assert os.read(child.stdout.fileno(), 100) == answer
        child.stdin.close()
        assert child.wait(30) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-5"], "-5 is out of range; mu(n) is found for 1 <= n <= 2^63-1"),
        (["0"], "0 is out of range"),
        (["2^63"], "2^63 is out of range"),
        (["1e30"], "is no whole number"),
        (["9" * 5000], "is no whole number"),
        (["2.5"], '"2.5" is no whole number; write 30, 1e13, 10^13 or 2^63-1'),
        (["nan"], '"nan" is no whole number'),
        (["--summ"], '"--summ" is no whole number'),
        ([], "takes numbers, or - for stdin, or --range LO HI"),
        (["7", "--range", "1", "2"], "takes numbers, or - for stdin, or --range LO HI"),
        (["7", "--sum"], "--sum is for --range LO HI"),
        (["7", "--out", "x.npy"], "--out is for --range LO HI"),
        (["--range", "1", "2", "--sum", "--count"], "--sum or --count: one at a time"),
        (["7", "-"], "- reads all numbers from stdin; give it alone"),
        (["--range", "5", "2"], "--range 5 2: LO must not exceed HI"),
        (["--range", "-5", "2"], "--range: -5 is out of range"),
        (["--range", "1", "2^63"], "--range: 2^63 is out of range"),
    ],
)
def test_nonsense(words: list[str], message: str) -> None:
    with pytest.raises(MobiusError) as caught:
        mobius("mu", *words)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2
