"""Names of trials: `experiment/arm,axis=value,sN`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from mobius_core.config.trial import Json

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
"""Experiments, arms and data sets: they stand in trial names, folder names and filters."""
NAME_RULE = "a name is letters, digits, and _ . + - after the first, at most 64 in all"

_UNSAFE = re.compile(r"[^A-Za-z0-9_.+:-]+")


def trial_name(experiment: str, arm: str | None, axes: Mapping[str, Json], seed: int | None) -> str:
    """`primes/prime,lr=.005,s3`; seed None where the trial has none of its own."""
    short = short_names(list(axes))
    parts = [arm] if arm else []
    parts += [f"{short[name]}={value_name(value)}" for name, value in axes.items()]
    parts += [f"s{seed}"] if seed is not None else []
    return f"{experiment}/{','.join(parts)}"


def short_names(dotted: Sequence[str]) -> dict[str, str]:
    """The shortest ending of each dotted key that no other of them has."""
    return {
        name: _short_name(name, [other for other in dotted if other != name]) for name in dotted
    }


def _short_name(name: str, others: Iterable[str]) -> str:
    parts = name.split(".")
    endings = [".".join(parts[-length:]) for length in range(1, len(parts) + 1)]
    for ending in endings:
        if not any(other == ending or other.endswith(f".{ending}") for other in others):
            return ending
    return name


def value_name(value: Json) -> str:
    """A value without spaces, commas or quotes: .005, 127x251, primes:100+digits:10."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return shortest(value)
    if isinstance(value, list):
        numbers = all(isinstance(item, (int, float)) for item in value)
        return ("x" if numbers else "+").join(value_name(item) for item in value) or "none"
    if isinstance(value, dict):
        return "+".join(f"{name}:{value_name(item)}" for name, item in value.items()) or "none"
    return _UNSAFE.sub("_", str(value)) if value is not None else "none"


def shortest(number: float) -> str:
    """The shorter of the plain and the scientific text that read back as exactly this number.

    .005, 2.5e-4, 1, 20000, 1e13. Of two as short, below a thousandth the scientific one; integers
    of up to five digits stay plain.
    """
    if number == int(number) and abs(number) < 1e5:
        return str(int(number))
    exact = repr(number)
    sign, digits = ("-", exact[1:]) if exact.startswith("-") else ("", exact)
    mantissa, _, exponent = digits.partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    power = int(exponent or 0) - len(fraction)
    significand = (whole + fraction).lstrip("0")
    stripped = significand.rstrip("0")
    power += len(significand) - len(stripped)
    plain = _plain(stripped, power)
    point = f".{stripped[1:]}" if len(stripped) > 1 else ""
    scientific = f"{stripped[0]}{point}e{power + len(stripped) - 1}"
    tie_is_plain = abs(number) >= 1e-3
    return sign + min(
        plain, scientific, key=lambda text: (len(text), (text == plain) != tie_is_plain)
    )


def _plain(digits: str, power: int) -> str:
    """`digits` x 10^power without an exponent."""
    if power >= 0:
        return digits + "0" * power
    padded = digits.rjust(-power, "0")
    return f"{padded[:power]}.{padded[power:]}"
