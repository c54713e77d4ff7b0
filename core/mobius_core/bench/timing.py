"""CPU time of several ways to do one job, in turns, the best of a few."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

REPEATS: Final = 5


@dataclass(frozen=True, slots=True)
class Timed:
    """Work that is measured."""

    run: Callable[[], object]
    values: int
    """how many values, rows or lines one run gives"""
    overhead: Callable[[], object] | None = None
    """the same calls without the work, subtracted"""
    repeats: int = REPEATS


def alternate(ways: Mapping[str, Timed], repeats: int | None = None) -> dict[str, float]:
    """Nanoseconds of CPU time a value, by way: the least over rounds of one run of each way.

    Other programs slow a round, never speed it up, and a slow round is slow for all ways.
    """
    best = dict.fromkeys(ways, math.inf)
    for number in range(max(repeats or way.repeats for way in ways.values())):
        for name, way in ways.items():
            if number < (repeats or way.repeats):
                best[name] = min(best[name], once(way))
    return best


def once(way: Timed) -> float:
    """Nanoseconds a value of one run."""
    spent = cpu(way.run) - (cpu(way.overhead) if way.overhead is not None else 0)
    return max(spent, 1) / way.values


def cpu(run: Callable[[], object]) -> int:
    """Nanoseconds of this process on all its threads."""
    begun = time.process_time_ns()
    run()
    return time.process_time_ns() - begun
