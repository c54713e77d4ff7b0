"""A measured figure beside what it has to reach."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table: `target` is the most allowed, or with `least` the least."""

    name: str
    value: float
    unit: str
    target: float
    least: bool = False
    note: str = ""

    @property
    def is_met(self) -> bool:
        return self.value >= self.target if self.least else self.value <= self.target


def milliseconds(work: Callable[[], object], repeats: int = 1) -> float:
    """CPU time of this process for one call, the least of several."""
    best = math.inf
    for _ in range(repeats):
        start = time.process_time_ns()
        work()
        best = min(best, (time.process_time_ns() - start) / 1e6)
    return best
