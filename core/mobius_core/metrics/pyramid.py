"""Minimum and maximum over any range of a growing curve, at a cost that follows what is new.

Bucket i of level k covers the points [i * 8**k, (i + 1) * 8**k). Only complete buckets are
stored, so a point once added is never looked at again until somebody asks for its range. The first
and last value of a bucket are points themselves and need no storage of their own.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice
from math import inf, isfinite
from typing import Final, NamedTuple

# Buckets of 8 take 2/7 of the points' memory above them; a column of 400 points is found in a
# quarter less time than with buckets of 16, of which the ragged ends are longer.
FANOUT: Final = 8
# So many values are looked at one by one: more have a whole bucket between their two ends.
FEW: Final = 2 * FANOUT


class Columns(NamedTuple):
    """The intervals that hold points: interval `number` has points start..stop-1, of which y has
    the range low..high. Lists beside each other, because a chart reads hundreds of them a frame.
    """

    numbers: list[int]
    starts: list[int]
    stops: list[int]
    lows: list[float]
    highs: list[float]


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
        self._is_lent = False

    def __len__(self) -> int:
        return len(self.ys)

    @property
    def offered(self) -> int:
        """Points ever given to `extend`, kept or dropped."""
        return len(self.ys) + self.dropped

    def lend(self, xs: array[float], ys: array[float]) -> None:
        """The first points, in columns of doubles that nobody changes any more: they are kept
        without a copy, until points are added. Curves of 20 sides of a comparison are 1 MB."""
        if self.offered:
            raise ValueError("only the first points can be lent")
        self.extend(xs, ys)
        if self.dropped or not xs:
            return
        self.xs = xs
        self._set_ys(ys)
        self._is_lent = True

    def _set_ys(self, ys: array[float]) -> None:
        self.ys = ys
        self._lows[0] = self._highs[0] = ys

    def extend(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Append points; x must not decrease, within the call and from the last one kept."""
        if len(xs) != len(ys):
            raise ValueError(f"{len(xs)} x for {len(ys)} y: every point needs both")
        # An array is extended by another four times as fast as by a list; a sum (of floats from its
        # start: compiled, it would be of ints) is finite only where all of its terms are, and
        # sorting what is sorted is one pass.
        new_xs, new_ys = array("d", xs), array("d", ys)
        if not isfinite(sum(new_xs, 0.0) + sum(new_ys, 0.0)):
            kept = [(x, y) for x, y in zip(xs, ys, strict=True) if isfinite(x) and isfinite(y)]
            self.dropped += len(xs) - len(kept)
            new_xs = array("d", [x for x, _ in kept])
            new_ys = array("d", [y for _, y in kept])
        if not new_xs:
            return
        listed = new_xs.tolist()
        if (self.xs and new_xs[0] < self.xs[-1]) or sorted(listed) != listed:
            raise ValueError("x decreases: a curve is given in order of x")
        if self._is_lent:
            self.xs = self.xs[:]
            self._set_ys(self.ys[:])
            self._is_lent = False
        self.xs.extend(new_xs)
        self.ys.extend(new_ys)
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
        """(least, greatest) y of points start..stop-1; (inf, -inf) where there are none.

        All values that may be the least or the greatest are sorted together: that takes less time
        than looking at each twice, because a sort compares floats without asking what they are.
        """
        if start >= stop:
            return inf, -inf
        if stop - start <= FEW:
            part = sorted(self.ys[start:stop])
            return part[0], part[-1]
        # The ragged ends of each level, then what lies between them on the highest.
        inner, outer = -(-start // FANOUT), stop // FANOUT
        some = self.ys[start : inner * FANOUT] + self.ys[outer * FANOUT : stop]
        level, top = 1, len(self._lows) - 1
        while level < top and outer - inner > FEW:
            start, stop = inner, outer
            inner, outer = -(-start // FANOUT), stop // FANOUT
            for values in (self._lows[level], self._highs[level]):
                some += values[start : inner * FANOUT] + values[outer * FANOUT : stop]
            level += 1
        some += self._lows[level][inner:outer] + self._highs[level][inner:outer]
        found = sorted(some)
        return found[0], found[-1]

    def columns(self, edges: Sequence[float]) -> Columns:
        """The intervals [edges[n], edges[n + 1]) that hold points, in order."""
        numbers: list[int] = []
        starts: list[int] = []
        stops: list[int] = []
        lows: list[float] = []
        highs: list[float] = []
        xs, ys = self.xs, self.ys
        count, ahead = len(xs), 0
        start = bisect_left(xs, edges[0])
        for number, edge in enumerate(islice(edges, 1, None)):
            # Neighbours hold about as many points: to search there spares the cache the far ones.
            ahead = start + 2 * ahead + FEW
            if ahead < count and xs[ahead] >= edge:
                stop = bisect_left(xs, edge, start, ahead)
            else:
                stop = bisect_left(xs, edge, start)
            ahead = stop - start
            if start == stop:
                continue
            if stop - start <= FEW:
                part = sorted(ys[start:stop])
                low, high = part[0], part[-1]
            else:
                low, high = self.span(start, stop)
            numbers.append(number)
            starts.append(start)
            stops.append(stop)
            lows.append(low)
            highs.append(high)
            start = stop
        return Columns(numbers, starts, stops, lows, highs)
