"""`mobius oracle`."""

from __future__ import annotations

import json

import pytest

from mobius_core.errors import UsageError
from mobius_tui.cli.oracle import oracle


def test_json_holds_fractions_and_nats(capsys: pytest.CaptureFixture[str]) -> None:
    oracle("mu2", "100", n=("2", "10^13"), as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert (document["target"], document["primes"], document["n"]) == ("mu2", 100, [2, 10**13])
    assert document["accuracy"] == pytest.approx(0.7034, abs=1e-4)
    assert document["cross_entropy"] == pytest.approx(0.5189, abs=1e-4)


def test_people_read_per_cent_and_the_error_of_sampling(
    capsys: pytest.CaptureFixture[str],
) -> None:
    oracle("mu", "2")
    head, accuracy, nats = capsys.readouterr().out.splitlines()
    assert "first 2 primes" in head
    assert "51.4" in accuracy
    assert "% ± 0.01" in accuracy
    assert "0.964" in nats


@pytest.mark.parametrize(
    ("target", "primes", "n", "said"),
    [
        ("mobius", "3", ("2", "9"), "--target mobius: give mu or mu2"),
        ("mu", "-1", ("2", "9"), "--primes -1"),
        ("mu", "1001", ("2", "9"), "0 to 1000"),
        ("mu", "2,9", ("2", "9"), "9 is not a prime below"),
        ("mu", "2,,3", ("2", "9"), "a count or a list"),
        ("mu", "3", ("9", "2"), "1 <= LO <= HI"),
        ("mu", "3", ("0", "2"), "1 <= LO <= HI"),
        ("mu", "3", ("1", "2^63"), r"2\^63-1"),
        ("mu", "3", ("1", "1.5"), "give a whole number"),
    ],
)
def test_mistakes_are_said(target: str, primes: str, n: tuple[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        oracle(target, primes, n=n)


def test_mistakes_about_squares_and_one_number_are_said() -> None:
    with pytest.raises(UsageError, match="6 is not the square of a prime"):
        oracle("mu", "1", squares="4,6")
    with pytest.raises(UsageError, match="give a number of --n 2 9"):
        oracle("mu", "1", n=("2", "9"), posterior="10")


def test_any_primes_and_squares_and_what_they_say_of_one_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    oracle("mu2", "3,7", squares="4,", posterior="84", as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["known"] == {"primes": [2, 3, 7], "squares": [4]}
    one = document["posterior"]
    assert one["divides"] == [2, 3, 7, 4]
    assert one["probabilities"] == {"0": 1.0, "1": 0.0}
    assert one["factors"] == [[2, 2], [3, 1], [7, 1]]
    assert one["truth"] == 0
    oracle("mu", "7,", posterior="30")
    out = capsys.readouterr().out
    assert "knows 7" in out
    assert "30 = 2 * 3 * 5" in out
    assert "known divisors none of them" in out
    assert "truth          -1" in out
