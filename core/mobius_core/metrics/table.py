"""metrics.jsonl, read: columns that grow as the file does.

Compiled by mypyc in wheels, so plain classes and the standard library only.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from pathlib import Path
from typing import Any, Final

from mobius_core.metrics.rows import NOT_SERIES, finite, rows_of
from mobius_core.metrics.tail import Tail

# Steps stand in arrays: 16 bytes a point where lists of numbers take 70.
STEPS: Final = range(-(1 << 63), 1 << 63)
EVERY: Final = (1 << 63) - 1


class MetricsTable:
    """Columns by name. An attempt replaces what earlier ones wrote at or beyond its first step."""

    def __init__(self, path: str | Path, most: int = EVERY) -> None:
        """`most`: points of a metric that are kept, for drawings. Where one more comes, every
        second goes, but for the first quarter and the newest."""
        self._most = most
        self.names: list[str] = []
        """In the order in which they first appeared."""
        self.seams: list[int] = []
        """The first step of each attempt after the first."""
        self.edition = 0
        """How often rows that were given out have been taken back: by a resume, a new file, or
        because there are too many."""
        self._tail = Tail(path)
        self._all_steps: array[int] = array("q")
        """Of every row with a value: the column of each metric that no row was without."""
        self._own_steps: dict[str, array[int]] = {}
        """Of the other metrics."""
        self._values: dict[str, array[float]] = {}
        self._attempt = 0
        self._last_step: int | None = None

    def refresh(self) -> bool:
        """Read what is new, and nothing else; True when anything changed."""
        changed = False
        while True:
            lines = self._tail.lines()
            if self._tail.restarted:
                self._forget()
                changed = True
            changed = self._add_all(rows_of(lines)) or changed
            if not self._tail.is_behind:
                return changed

    @property
    def last_step(self) -> int | None:
        """Step of the newest row."""
        return self._last_step

    def series(self, name: str) -> tuple[array[int], array[float]]:
        """Steps and values of one metric; steps where it is null or absent are left out."""
        values = self._values.get(name)
        if values is None:
            return array("q"), array("d")
        return self._own_steps.get(name, self._all_steps), values

    def last(self, name: str) -> float | None:
        values = self._values.get(name)
        return values[-1] if values else None

    def _forget(self) -> None:
        self.edition += 1
        self.names = []
        self.seams = []
        self._all_steps = array("q")
        self._own_steps = {}
        self._values = {}
        self._attempt = 0
        self._last_step = None

    def _add_all(self, rows: list[dict[str, Any]]) -> bool:
        """True when there was any. Rows one by one take ten times as long as by columns."""
        changed = False
        if rows and not self.names:
            changed = self._add(rows[0])
            rows = rows[1:]
        if not rows:
            return changed
        if self._add_columns(rows):
            return True
        for row in rows:
            changed = self._add(row) or changed
        return changed

    def _add_columns(self, rows: list[dict[str, Any]]) -> bool:
        """All rows, or none where one is special: resumed, with a new metric, or with a value that
        no column holds."""
        kinds = [set(kind) - NOT_SERIES for kind in {tuple(row) for row in rows}]
        names = kinds[0].union(*kinds)
        if not all(kinds) or not names <= self._values.keys():
            return False
        everywhere = kinds[0].intersection(*kinds)
        try:
            if {row.get("attempt", 1) for row in rows} != {self._attempt}:
                return False
            steps = array("q", [row["step"] for row in rows])
            own_steps = {
                name: array("q", [row["step"] for row in rows if name in row])
                for name in names - everywhere
            }
            columns = {
                name: array("d", [row[name] for row in rows if name in row]) for name in names
            }
        except (KeyError, TypeError, OverflowError):
            return False
        if not all(math.isfinite(sum(column, 0.0)) for column in columns.values()):
            return False
        self._extend(steps, columns, own_steps)
        self._last_step = steps[-1]
        return True

    def _add(self, row: dict[str, Any]) -> bool:
        if not isinstance(row.get("step"), int):
            return False
        step: int = row["step"]
        if step not in STEPS:
            return False
        attempt = row.get("attempt", 1)
        if isinstance(attempt, int) and attempt > self._attempt:
            if self._attempt:
                self._resume_at(step)
            self._attempt = attempt
        self._last_step = step
        columns = {name: array("d", [number]) for name, number in finite(row).items()}
        for name in columns:
            if name not in self._values:
                self.names.append(name)
                self._values[name] = array("d")
                if self._all_steps:
                    self._own_steps[name] = array("q")
        if columns:
            self._extend(array("q", [step]), columns, {})
        return True

    def _extend(
        self,
        steps: array[int],
        columns: dict[str, array[float]],
        own_steps: dict[str, array[int]],
    ) -> None:
        """Values by metric at `steps`, or at `own_steps` where some of these rows are without."""
        for name in self.names:
            if name not in self._own_steps and (name in own_steps or name not in columns):
                self._own_steps[name] = self._all_steps[:]
            if name in self._own_steps and name in columns:
                self._own_steps[name].extend(own_steps.get(name, steps))
        self._all_steps.extend(steps)
        for name, column in columns.items():
            self._values[name].extend(column)
        self._thin()

    def _thin(self) -> None:
        """Metrics that share their steps lose the same ones."""
        early = self._most // 4
        while len(self._all_steps) > self._most:
            self.edition += 1
            for name in self.names:
                if len(self._values[name]) > self._most:
                    del self._values[name][early:-1:2]
            for steps in (self._all_steps, *self._own_steps.values()):
                if len(steps) > self._most:
                    del steps[early:-1:2]

    def _resume_at(self, step: int) -> None:
        """Drop what an earlier attempt wrote at or beyond `step`."""
        self.edition += 1
        self.seams = [seam for seam in self.seams if seam < step]
        self.seams.append(step)
        for name in self.names:
            steps, values = self.series(name)
            del values[bisect_left(steps, step) :]
        for steps in (self._all_steps, *self._own_steps.values()):
            del steps[bisect_left(steps, step) :]
