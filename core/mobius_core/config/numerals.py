"""Integers as people write them in a configuration: 100, 1e13, "10^13", "2^63-1"."""

from __future__ import annotations

import re

_POWER = re.compile(r"(\d{1,19})\^(\d{1,3})(?:([+-])(\d{1,19}))?")
LARGEST = 2**63 - 1
EXACT_FLOAT = 2**53
"""Above it not every integer is a float, so that 1e16+1 would silently be another number."""


def integer(value: object) -> int | None:
    """The integer that `value` writes, None where it writes none.

    An integral float counts below 2^53; a string must be a power, with or without a summand.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < EXACT_FLOAT else None
    if isinstance(value, str) and (match := _POWER.fullmatch(value.replace(" ", ""))):
        base, exponent, sign, summand = match.groups()
        power: int = int(base) ** int(exponent)
        return power + int(f"{sign}{summand}") if sign else power
    return None


def written(word: str) -> int | None:
    """The same for a word of the command line: 100, -5, 1e13, 10^13 or 2^63-1."""
    if re.fullmatch(r"[+-]?\d{1,40}", word):
        return int(word)
    try:
        return integer(float(word))
    except ValueError:
        return integer(word)


def shown(number: float) -> str:
    """A limit as a message says it: 2^63-1 rather than its 19 digits."""
    if number == LARGEST:
        return "2^63-1"
    return f"{number:g}" if isinstance(number, float) else str(number)
