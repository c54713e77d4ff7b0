"""Minimum and maximum over any range of a growing curve, at a cost that follows what is new.

Bucket i of level k covers the points [i * 16**k, (i + 1) * 16**k). Only complete buckets are
stored, so a point once added is never looked at again until somebody asks for its range. The first
and last value of a bucket are points themselves and need no storage of their own.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice
from math import inf, isfinite
from operator import le
from typing import Final, NamedTuple

# Buckets of 16 take 1/15 of the points' memory above them (buckets of 2: as much again), and the
# two ragged ends of a range are C-speed min() over slices of at most 15 values each.
FANOUT: Final = 16


class Column(NamedTuple):
    """What interval `number` has to show: points start..stop-1 and their range of y."""

    number: int
    start: int
    stop: int
    low: float
    high: float


class Pyramid:
    """Points (x, y) in order of x, with ranges of y answered in logarithmic time.

    Points with a non-finite coordinate are not kept but counted in `dropped`.
    """

    def __init__(self) -> None:
        self.xs: array[float] = array("d")
        self.ys: array[float] = array("d")
        self.dropped: int = 0
        self._lows: list[array[float]] = [self.ys]
        self._highs: list[array[float]] = [self.ys]

    def __len__(self) -> int:
        return len(self.ys)

    @property
    def offered(self) -> int:
        """Points ever given to `extend`, kept or dropped."""
        return len(self.ys) + self.dropped

    def extend(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Append points; x must not decrease, within the call and from the last one kept."""
        if len(xs) != len(ys):
            raise ValueError(f"{len(xs)} x for {len(ys)} y: every point needs both")
        if not (all(map(isfinite, xs)) and all(map(isfinite, ys))):
            kept = [(x, y) for x, y in zip(xs, ys, strict=True) if isfinite(x) and isfinite(y)]
            self.dropped += len(xs) - len(kept)
            xs, ys = [x for x, _ in kept], [y for _, y in kept]
        if not xs:
            return
        if (self.xs and xs[0] < self.xs[-1]) or not all(map(le, xs, islice(xs, 1, None))):
            raise ValueError("x decreases: a curve is given in order of x")
        self.xs.extend(xs)
        self.ys.extend(ys)
        self._grow()

    def _grow(self) -> None:
        """Complete the buckets that the new points fill, level by level."""
        level = 0
        while True:
            if level + 1 == len(self._lows):
                if len(self._lows[level]) < FANOUT:
                    return
                self._lows.append(array("d"))
                self._highs.append(array("d"))
            done = len(self._lows[level + 1])
            full = len(self._lows[level]) // FANOUT
            if done == full:
                return
            low = self._lows[level][done * FANOUT : full * FANOUT]
            high = self._highs[level][done * FANOUT : full * FANOUT]
            self._lows[level + 1].extend(map(min, *[low[r::FANOUT] for r in range(FANOUT)]))
            self._highs[level + 1].extend(map(max, *[high[r::FANOUT] for r in range(FANOUT)]))
            level += 1

    def span(self, start: int, stop: int) -> tuple[float, float]:
        """(least, greatest) y of points start..stop-1; (inf, -inf) where there are none."""
        if start >= stop:
            return inf, -inf
        low: array[float] = array("d")
        high: array[float] = array("d")
        for lows, highs in zip(self._lows, self._highs, strict=True):
            inner, outer = -(-start // FANOUT), stop // FANOUT
            if inner >= outer or lows is self._lows[-1]:
                low += lows[start:stop]
                high += highs[start:stop]
                break
            low += lows[start : inner * FANOUT]
            low += lows[outer * FANOUT : stop]
            high += highs[start : inner * FANOUT]
            high += highs[outer * FANOUT : stop]
            start, stop = inner, outer
        return min(low), max(high)

    def columns(self, edges: Sequence[float]) -> list[Column]:
        """The intervals [edges[n], edges[n + 1]) that hold points, in order."""
        found: list[Column] = []
        start = bisect_left(self.xs, edges[0])
        for number, edge in enumerate(islice(edges, 1, None)):
            stop = bisect_left(self.xs, edge, start)
            if start < stop:
                low, high = self.span(start, stop)
                found.append(Column(number, start, stop, low, high))
            start = stop
        return found
