"""`mobius oracle`: what knowing which primes, and which of their squares, divide n can give."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.numerals import LARGEST, shown, written
from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_tui.cli import output
from mobius_tui.cli.options import JsonOption

if TYPE_CHECKING:
    from mobius_core.numbers.expectation import Expectation
    from mobius_core.numbers.known import Known
    from mobius_core.numbers.oracle import Target

MOST_PRIMES = 1000
LARGEST_PRIME = 65521
"""The largest prime below 2^16, as the moduli of inputs."""
SHOWN = 12
"""Divisors that are written out; more are counted."""


def register(app: typer.Typer) -> None:
    app.command()(oracle)


def oracle(
    target: Annotated[str, typer.Option(help="mu or mu2")],
    primes: Annotated[
        str, typer.Option(metavar="K|P,P", help="the first K primes, or a list: 2,3,5 (one: 7,)")
    ],
    squares: Annotated[
        str, typer.Option(metavar="K|Q,Q", help="and squares of primes: the first K, or 4,9 (4,)")
    ] = "0",
    n: Annotated[
        tuple[str, str], typer.Option(metavar="LO HI", help="inclusive; 1e13 is 10^13")
    ] = ("2", "1e13"),
    posterior: Annotated[
        str | None, typer.Option(metavar="N", help="what it says of this one number")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Accuracy and cross-entropy of the divisibility oracle for uniform n."""
    from mobius_core.numbers.expectation import expected

    checked = checked_target(target)
    known = checked_known(primes, squares)
    interval = checked_interval(n)
    number = None if posterior is None else checked_number(posterior, interval)
    found = expected(checked, known, interval)
    one = None if number is None else told(checked, known, interval, number)
    if as_json:
        document: dict[str, Json] = {
            "target": checked,
            "primes": len(known.primes),
            "n": list(interval),
            "known": {"primes": list(known.primes), "squares": [p * p for p in known.squares]},
            "accuracy": found.accuracy,
            "cross_entropy": found.cross_entropy,
            "standard_error": found.standard_error,
        }
        output.emit_json(document if one is None else {**document, "posterior": one})
    else:
        lines = sentences(checked, known, interval, found)
        output.emit_lines(lines if one is None else [*lines, *sentences_of_one(one)])


def checked_target(word: str) -> Target:
    if word == "mu":
        return "mu"
    if word == "mu2":
        return "mu2"
    raise UsageError(f"--target {word}: give mu or mu2")


def checked_known(primes: str, squares: str) -> Known:
    """A square brings its prime along: whoever sees n mod 4 sees n mod 2."""
    from mobius_core.numbers.known import Known

    return Known(
        tuple(chosen("--primes", primes, power=1)), tuple(chosen("--squares", squares, power=2))
    )


def chosen(option: str, word: str, *, power: int) -> list[int]:
    """Primes: the first so many, or those of which the list has the powers."""
    from mobius_core.numbers.primes import first_primes, primes_below

    parts = word.removesuffix(",").split(",")
    if not all(part.isascii() and part.isdecimal() and len(part) < 12 for part in parts):
        example = "100 or 2,3,5" if power == 1 else "10 or 4,9,25"
        raise UsageError(f"{option} {word}: give a count or a list, such as {example}")
    numbers = [int(part) for part in parts]
    if "," not in word:
        if numbers[0] > MOST_PRIMES:
            raise UsageError(f"{option} {word}: give a number from 0 to {MOST_PRIMES}")
        return list(first_primes(numbers[0]))
    possible = frozenset(primes_below(LARGEST_PRIME + 1))
    found = []
    for number in numbers:
        root = math.isqrt(number) if power == 2 else number
        if root**power != number or root not in possible:
            kind = "a prime" if power == 1 else "the square of a prime"
            raise UsageError(f"{option} {word}: {number} is not {kind} below 2^16")
        found.append(root)
    return found


def checked_interval(words: tuple[str, str]) -> tuple[int, int]:
    low, high = (whole_number("--n", word) for word in words)
    if not 1 <= low <= high <= LARGEST:
        raise UsageError(f"--n {words[0]} {words[1]}: give 1 <= LO <= HI <= {shown(LARGEST)}")
    return low, high


def checked_number(word: str, interval: tuple[int, int]) -> int:
    number = whole_number("--posterior", word)
    if not interval[0] <= number <= interval[1]:
        low, high = (shown(end) for end in interval)
        raise UsageError(f"--posterior {word}: give a number of --n {low} {high}")
    return number


def whole_number(option: str, word: str) -> int:
    """100, 1e13, 10^13 or 2^63-1."""
    number = written(word)
    if number is None:
        raise UsageError(f"{option} {word}: give a whole number such as 1000, 1e13 or 2^63-1")
    return number


def told(target: Target, known: Known, interval: tuple[int, int], n: int) -> dict[str, Json]:
    """What the oracle knows of one n, what it makes of it, and the truth."""
    import numpy as np

    from mobius_core.numbers.factors import factorise
    from mobius_core.numbers.oracle import CLASSES, Oracle

    probabilities = Oracle(target, known, interval).of(np.array([n], dtype=np.uint64))[0].tolist()
    factors = factorise(n)
    mu = 0 if any(power > 1 for _, power in factors) else (-1) ** len(factors)
    return {
        "n": n,
        "divides": [d for d in known.divisors if n % d == 0],
        "probabilities": {
            str(value): probability
            for value, probability in zip(CLASSES[target], probabilities, strict=True)
        },
        "factors": [[p, power] for p, power in factors],
        "truth": mu if target == "mu" else abs(mu),
    }


def sentences(
    target: Target, known: Known, interval: tuple[int, int], found: Expectation
) -> list[str]:
    error = f" ± {100 * found.standard_error:.2f}" if found.standard_error else ""
    return [
        f"divisibility oracle for {target}, n in [{interval[0]}, {interval[1]}], "
        f"knows {named(known)}",
        f"accuracy       {100 * found.accuracy:.2f} %{error}",
        f"cross-entropy  {found.cross_entropy:.4f} nats",
    ]


def named(known: Known) -> str:
    """`first 100 primes`, `2, 3, 7 and the squares 4, 9`, `nothing`."""
    from mobius_core.numbers.primes import first_primes

    if not known.primes:
        return "nothing"

    def listed(chosen: tuple[int, ...], power: int) -> str:
        if len(chosen) > 1 and chosen == first_primes(len(chosen)):
            return f"the {'squares of the ' if power == 2 else ''}first {len(chosen)} primes"
        few = ", ".join(str(p**power) for p in chosen[:SHOWN])
        rest = f" and {len(chosen) - SHOWN} more" if len(chosen) > SHOWN else ""
        kind = "" if power == 1 else "the square " if len(chosen) == 1 else "the squares "
        return f"{kind}{few}{rest}"

    words = listed(known.primes, 1)
    return f"{words} and {listed(known.squares, 2)}" if known.squares else words


def sentences_of_one(one: dict[str, Json]) -> list[str]:
    divides, probabilities, factors = one["divides"], one["probabilities"], one["factors"]
    assert isinstance(divides, list)
    assert isinstance(probabilities, dict)
    assert isinstance(factors, list)
    known = ", ".join(str(d) for d in divides) or "none of them"
    chances = "   ".join(f"{value}: {p:.4f}" for value, p in probabilities.items())
    return [
        "",
        f"n              {one['n']} = {product(factors)}",
        f"known divisors {known}",
        f"posterior      {chances}",
        f"truth          {one['truth']}",
    ]


def product(factors: Json) -> str:
    """`2^3 * 5 * 1000003`, and `1` of no factors."""
    pairs = (
        [pair for pair in factors if isinstance(pair, list)] if isinstance(factors, list) else []
    )
    return " * ".join(f"{p}^{power}" if power != 1 else f"{p}" for p, power in pairs) or "1"
