"""The newest value of every metric of a growing file, and nothing before it.

Compiled by mypyc in wheels, so plain classes and the standard library only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mobius_core.metrics.rows import finite, rows_of
from mobius_core.metrics.tail import Tail


class Latest:
    """What a list of runs shows of one: its size does not grow with the file."""

    def __init__(self, path: str | Path) -> None:
        self.values: dict[str, float] = {}
        """by metric, in the order in which they first appeared; null and NaN change nothing"""
        self.step: int | None = None
        """of the newest row"""
        self._tail = Tail(path)
        self._attempt = 0

    def refresh(self) -> None:
        """Read what is new, and nothing else."""
        while True:
            lines = self._tail.lines()
            if self._tail.restarted:
                self.values = {}
                self.step = None
                self._attempt = 0
            for row in rows_of(lines):
                self._add(row)
            if not self._tail.is_behind:
                return

    def _add(self, row: dict[str, Any]) -> None:
        if not isinstance(row.get("step"), int):
            return
        attempt = row.get("attempt", 1)
        if isinstance(attempt, int) and attempt > self._attempt:
            if self._attempt:
                self.values = {}
            self._attempt = attempt
        self.step = row["step"]
        self.values.update(finite(row))
