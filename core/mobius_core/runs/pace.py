"""Whether a run has stalled, judged by its own pace: a word to its owner, never an end.

Its signs of life are its metrics and its log: each time one of them has grown, it has moved.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LEAST: Final = 60.0
"""Seconds of silence that are never a stall: what moves every second may well save or compile."""
TIMES: Final = 10
"""Of the median interval. Evaluations by `every = "auto"` are 1.1 times further apart each time."""
LONGEST: Final = 3
"""Times the longest interval: an evaluation that took ten minutes once may take thirty."""
ENOUGH: Final = 3
"""Intervals by which a pace is known; before, data are read and kernels compiled."""
KEPT: Final = 32
GAP: Final = 30.0
"""Seconds between two looks beyond which it was the looking that paused (a suspended machine)."""


def patience(intervals: Sequence[float]) -> float:
    """Seconds of silence after which a run that moved at these intervals has stalled."""
    if len(intervals) < ENOUGH:
        return math.inf
    median = sorted(intervals)[len(intervals) // 2]
    return max(LEAST, TIMES * median, LONGEST * max(intervals))


class Pace:
    """Looked at now and then, with two stat calls a look."""

    def __init__(self, *paths: Path) -> None:
        self._paths = paths
        self._signs = self._look_at_files()
        self._looked: float | None = None
        self._intervals: deque[float] = deque(maxlen=KEPT)
        self._has_moved = False
        self.silent = 0.0
        """seconds since the last sign, as far as it was looked for"""
        self.stalled = False

    def look(self, now: float) -> bool:
        """Whether `stalled` has changed; `now` is of the monotonic clock."""
        if self._looked is not None:
            self.silent += min(now - self._looked, GAP)
        self._looked = now
        signs = self._look_at_files()
        before = self.stalled
        if signs != self._signs:
            if self._has_moved and not self.stalled:
                self._intervals.append(self.silent)
            self._signs, self._has_moved = signs, True
            self.silent, self.stalled = 0.0, False
        elif self.silent > patience(self._intervals):
            self.stalled = True
        return self.stalled is not before

    def _look_at_files(self) -> tuple[tuple[int, int], ...]:
        found = []
        for path in self._paths:
            try:
                status = os.stat(path)
                found.append((status.st_size, status.st_mtime_ns))
            except OSError:
                found.append((0, 0))
        return tuple(found)
