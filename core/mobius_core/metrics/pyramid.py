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

# Buckets of 8 take 2/7 of the points' memory above them; a column of 400 points is found in little
# more than half the time of buckets of 16 (1.9 and 3.3 us).
FANOUT: Final = 8
# So many values are looked at one by one: more have a whole bucket between their two ends.
FEW: Final = 2 * FANOUT
# From so many on, whole buckets of 64 or more first: measured, the two ways cost the same at 160.
MANY: Final = 160


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
        self._ranges: list[array[float]] = []
        """of level 1 and up: least and greatest of each bucket beside each other"""
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
        self.xs, self.ys = xs, ys
        self._is_lent = True

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
            self.xs, self.ys = self.xs[:], self.ys[:]
            self._is_lent = False
        self.xs.extend(new_xs)
        self.ys.extend(new_ys)
        self._grow()

    def _grow(self) -> None:
        """Complete the buckets that the new points fill, level by level."""
        below, width, level = self.ys, FANOUT, 0
        while len(below) >= width:
            if level == len(self._ranges):
                self._ranges.append(array("d"))
            ranges = self._ranges[level]
            done, full = len(ranges) // 2, len(below) // width
            if done == full:
                return
            new = iter(below[done * width : full * width])
            ends: list[float] = []
            # To sort a bucket takes half the time of looking for its least and for its greatest.
            for bucket in map(sorted, zip(*[new] * width, strict=True)):
                ends.append(bucket[0])
                ends.append(bucket[-1])
            ranges.extend(array("d", ends))
            below, width, level = ranges, 2 * FANOUT, level + 1

    def span(self, start: int, stop: int) -> tuple[float, float]:
        """(least, greatest) y of points start..stop-1; (inf, -inf) where there are none.

        All values that may be the least or the greatest are sorted together: that takes less time
        than looking at each twice, because a sort compares floats without asking what they are.
        """
        count = stop - start
        if count <= FEW:
            if count <= 0:
                return inf, -inf
            found = sorted(self.ys[start:stop])
        elif count < MANY:
            ys, inner, outer = self.ys, -(-start // FANOUT), stop // FANOUT
            whole = self._ranges[0][2 * inner : 2 * outer]
            found = sorted(ys[start : inner * FANOUT] + whole + ys[outer * FANOUT : stop])
        else:
            return self._wide_span(start, stop)
        return found[0], found[-1]

    def _wide_span(self, start: int, stop: int) -> tuple[float, float]:
        """Whole buckets first; one that is cut is looked into only where it reaches further. Of
        noise in six whole buckets a cut reaches further one time in four."""
        # The lowest level of which the points are at most 31 buckets, of 8 = 2**3 of those below.
        level = max(2, (stop - start).bit_length() // 3 - 1)
        ranges, size = self._ranges[level - 1], FANOUT**level
        inner, outer = -(-start // size), stop // size
        found = sorted(ranges[2 * inner : 2 * outer])
        low, high = found[0], found[-1]
        first, last = inner * size, outer * size
        if start < first and (ranges[2 * inner - 2] < low or ranges[2 * inner - 1] > high):
            least, most = self.span(start, first)
            low, high = min(low, least), max(high, most)
        is_complete = 2 * outer < len(ranges)
        if last < stop and not (
            is_complete and low <= ranges[2 * outer] and ranges[2 * outer + 1] <= high
        ):
            least, most = self.span(last, stop)
            low, high = min(low, least), max(high, most)
        return low, high

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
