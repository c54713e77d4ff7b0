"""Figures in the output of other people's programs: what all formats share.

Compiled by mypyc in wheels, so plain classes and the standard library only.
"""

from __future__ import annotations

import math

Row = dict[str, float]
"""Figures by name, `step` among them where the line says it; may hold nan."""


class Parser:
    """One format. Fed whole lines in their order; keeps what earlier lines said (a header)."""

    def rows(self, line: str) -> list[Row]:
        """The figures of one line; empty for a line that holds none, is torn or is not ours."""
        raise NotImplementedError

    def restart(self) -> None:
        """The file begins anew."""


def number(text: str) -> float | None:
    """A number as programs print it: `93.5%` is a fraction, `0.1,` ends in a comma."""
    text = text.strip().rstrip(",;")
    percent = text.endswith("%")
    try:
        value = float(text.rstrip("%"))
    except ValueError:
        return None
    return value / 100 if percent else value


def step_of(value: float) -> int | None:
    """A step as an integer; None for what cannot be one."""
    return int(value) if math.isfinite(value) and value >= 0 else None


def as_float(value: float) -> float:
    """An integer beyond every float, which JSON can hold, is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
