"""`mobius oracle`."""

from __future__ import annotations

import json

import pytest

from mobius_core.errors import UsageError
from mobius_tui.cli.oracle import oracle


def test_json_holds_fractions_and_nats(capsys: pytest.CaptureFixture[str]) -> None:
    oracle("mu2", 100, ("2", "10^13"), as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert (document["target"], document["primes"], document["n"]) == ("mu2", 100, [2, 10**13])
    assert document["accuracy"] == pytest.approx(0.7034, abs=1e-4)
    assert document["cross_entropy"] == pytest.approx(0.5189, abs=1e-4)


def test_people_read_per_cent_and_the_error_of_sampling(
    capsys: pytest.CaptureFixture[str],
) -> None:
    oracle("mu", 2, ("2", "1e13"))
    head, accuracy, nats = capsys.readouterr().out.splitlines()
    assert "first 2 primes" in head
    assert "51.4" in accuracy
    assert "% ± 0.01" in accuracy
    assert "0.964" in nats


@pytest.mark.parametrize(
    ("target", "primes", "n", "said"),
    [
        ("mobius", 3, ("2", "9"), "--target mobius: give mu or mu2"),
        ("mu", -1, ("2", "9"), "--primes -1"),
        ("mu", 1001, ("2", "9"), "0 to 1000"),
        ("mu", 3, ("9", "2"), "1 <= LO <= HI"),
        ("mu", 3, ("0", "2"), "1 <= LO <= HI"),
        ("mu", 3, ("1", "2^63"), r"2\^63-1"),
        ("mu", 3, ("1", "1.5"), "give a whole number"),
    ],
)
def test_mistakes_are_said(target: str, primes: int, n: tuple[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        oracle(target, primes, n)
