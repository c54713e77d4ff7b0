"""The newest value of every metric of a growing file, and nothing before it.

Compiled by mypyc in wheels, so plain classes and the standard library only.
"""

from __future__ import annotations

import json
from pathlib import Path

from mobius_core.metrics.table import finite
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
            for line in lines:
                self._add(line)
            if not self._tail.is_behind:
                return

    def _add(self, line: bytes) -> None:
        try:
            row = json.loads(line)
        except ValueError:
            return  # a line torn by a kill
        if not isinstance(row, dict) or not isinstance(row.get("step"), int):
            return
        attempt = row.get("attempt", 1)
        if isinstance(attempt, int) and attempt > self._attempt:
            if self._attempt:
                self.values = {}
            self._attempt = attempt
        self.step = row["step"]
        self.values.update(finite(row))
