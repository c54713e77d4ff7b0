"""`mobius oracle`: what knowing which primes divide n can give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.numerals import LARGEST, shown, written
from mobius_core.errors import UsageError
from mobius_tui.cli import output
from mobius_tui.cli.options import JsonOption

if TYPE_CHECKING:
    from mobius_core.numbers.expectation import Expectation
    from mobius_core.numbers.oracle import Target

MOST_PRIMES = 1000


def register(app: typer.Typer) -> None:
    app.command()(oracle)


def oracle(
    target: Annotated[str, typer.Option(help="mu or mu2")],
    primes: Annotated[int, typer.Option(help="the first K primes are known")],
    n: Annotated[
        tuple[str, str], typer.Option(metavar="LO HI", help="inclusive; 1e13 is 10^13")
    ] = ("2", "1e13"),
    as_json: JsonOption = False,
) -> None:
    """Accuracy and cross-entropy of the divisibility oracle for uniform n."""
    from mobius_core.numbers.expectation import expected
    from mobius_core.numbers.primes import first_primes

    known = checked_target(target)
    if not 0 <= primes <= MOST_PRIMES:
        raise UsageError(f"--primes {primes}: give a number from 0 to {MOST_PRIMES}")
    interval = checked_interval(n)
    found = expected(known, first_primes(primes), interval)
    if as_json:
        output.emit_json(
            {
                "target": known,
                "primes": primes,
                "n": list(interval),
                "accuracy": found.accuracy,
                "cross_entropy": found.cross_entropy,
                "standard_error": found.standard_error,
            }
        )
    else:
        output.emit_lines(sentences(known, primes, interval, found))


def checked_target(word: str) -> Target:
    if word == "mu":
        return "mu"
    if word == "mu2":
        return "mu2"
    raise UsageError(f"--target {word}: give mu or mu2")


def checked_interval(words: tuple[str, str]) -> tuple[int, int]:
    low, high = (whole_number(word) for word in words)
    if not 1 <= low <= high <= LARGEST:
        raise UsageError(f"--n {words[0]} {words[1]}: give 1 <= LO <= HI <= {shown(LARGEST)}")
    return low, high


def whole_number(word: str) -> int:
    """100, 1e13, 10^13 or 2^63-1."""
    number = written(word)
    if number is None:
        raise UsageError(f"--n {word}: give a whole number such as 1000, 1e13 or 2^63-1")
    return number


def sentences(
    target: Target, primes: int, interval: tuple[int, int], found: Expectation
) -> list[str]:
    error = f" ± {100 * found.standard_error:.2f}" if found.standard_error else ""
    return [
        f"divisibility oracle for {target}, first {primes} primes, "
        f"n in [{interval[0]}, {interval[1]}]",
        f"accuracy       {100 * found.accuracy:.2f} %{error}",
        f"cross-entropy  {found.cross_entropy:.4f} nats",
    ]
