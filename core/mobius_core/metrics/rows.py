"""Rows of metrics.jsonl from its lines, and which of their values a column holds.

Compiled by mypyc in wheels, so plain classes and the standard library only.
"""

from __future__ import annotations

import json
import math
from typing import Any

NOT_SERIES = frozenset({"step", "t", "attempt", "nonfinite"})


def rows_of(lines: list[bytes]) -> list[dict[str, Any]]:
    """The JSON objects among lines; others are those that a kill has torn, ended by the next
    attempt.

    All lines are parsed as one document, which takes a third of the time.
    """
    try:
        rows = json.loads(b"[" + b",".join(lines) + b"]")
    except (ValueError, RecursionError):
        rows = []
    if len(rows) != len(lines):
        rows = [parsed(line) for line in lines]
    return [row for row in rows if isinstance(row, dict)]


def parsed(line: bytes) -> object:
    """None where it is no JSON."""
    try:
        row: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row


def finite(row: dict[str, Any]) -> dict[str, float]:
    """The values of a row, without what no column holds: null, text, NaN, an int of 400 digits."""
    found: dict[str, float] = {}
    for name, value in row.items():
        if name in NOT_SERIES or not isinstance(value, (int, float)):
            continue
        try:
            number = float(value)
        except OverflowError:
            continue
        if math.isfinite(number):
            found[name] = number
    return found
