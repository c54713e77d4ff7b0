"""mu over an interval, by segments on threads: summed, counted, listed or written to a file."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from mobius_core import _sieve
from mobius_core.data.number_lines import value_lines
from mobius_core.data.ordered import ordered
from mobius_core.data.reserve import reserve
from mobius_core.errors import WorkFailed
from mobius_core.runs.files import failing

SEGMENT: Final = 1 << 24
"""Values of a thread in memory at a time, where the square root of n is below 2^28."""
LONGEST: Final = 1 << 27
"""The same near 2^63, where a segment first costs the primes up to 3 * 10^9: seconds."""
LISTED: Final = 1 << 20
"""The same where they become lines, which take 24 times the space."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many n of an interval have which value of mu."""

    minus: int
    zero: int
    plus: int

    @property
    def total(self) -> int:
        """The sum of mu."""
        return self.plus - self.minus

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.minus + other.minus, self.zero + other.zero, self.plus + other.plus)


def tally(lo: int, hi: int, threads: int) -> Tally:
    """Of [lo, hi], 1 <= lo <= hi < 2^63. Memory is one segment a thread."""
    return sum(each(lo, hi, count, threads, length(hi)), Tally(0, 0, 0))


def length(hi: int) -> int:
    """Of the segments of an interval up to hi: a sixteenth of the square root, within bounds."""
    return max(SEGMENT, min(math.isqrt(hi) // 16, LONGEST))


def count(first: int, values: NDArray[np.int8]) -> Tally:
    nonzero = int(np.count_nonzero(values))
    minus = int(np.count_nonzero(values < 0))
    return Tally(minus, len(values) - nonzero, nonzero - minus)


def lines(lo: int, hi: int, threads: int) -> Generator[memoryview, None, None]:
    """ "n mu" lines of [lo, hi], as bytes."""

    def written(first: int, values: NDArray[np.int8]) -> memoryview:
        n = np.arange(len(values), dtype=np.uint64) + np.uint64(first)
        return value_lines(n, values)

    return each(lo, hi, written, threads, LISTED)


def values(lo: int, hi: int, threads: int) -> Generator[list[int], None, None]:
    """mu of [lo, hi] as lists of integers."""

    def listed(first: int, segment: NDArray[np.int8]) -> list[int]:
        found: list[int] = segment.tolist()
        return found

    return each(lo, hi, listed, threads, LISTED)


def save(lo: int, hi: int, path: Path, threads: int) -> None:
    """mu of [lo, hi] as an int8 .npy file, which is replaced whole. WorkFailed for a disk that does
    not take it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    with failing("write", path):
        try:
            with open(partial, "w+b", buffering=0) as file:
                header = {"descr": "|i1", "fortran_order": False, "shape": (hi + 1 - lo,)}
                npy.write_array_header_1_0(file, header)
                reserve(file.fileno(), file.tell() + hi + 1 - lo)
                write_segments(file.fileno(), file.tell(), lo, hi, threads)
                os.fdatasync(file.fileno())
            partial.rename(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def write_segments(descriptor: int, start: int, lo: int, hi: int, threads: int) -> None:
    """Each thread writes its own segments in their places, from the byte `start` on."""

    def write(first: int, segment: NDArray[np.int8]) -> None:
        left, place = segment.data, start + first - lo
        while left:
            sent = os.pwrite(descriptor, left, place)
            left, place = left[sent:], place + sent

    for _ in each(lo, hi, write, threads, length(hi)):
        pass


def each(
    lo: int,
    hi: int,
    work: Callable[[int, NDArray[np.int8]], Result],
    threads: int,
    longest: int,
) -> Generator[Result, None, None]:
    """work(first n, mu of its segment) of each segment of [lo, hi], in order.

    The values lie in a buffer of the thread that its next segment overwrites: fresh memory costs
    more than the sieve (0.4 ns a value).
    """
    buffers = threading.local()

    def segment(first: int) -> Result:
        if not hasattr(buffers, "values"):
            buffers.values = np.empty(min(longest, hi + 1 - lo), dtype=np.int8)
        found: NDArray[np.int8] = buffers.values[: min(longest, hi + 1 - first)]
        try:
            _sieve.mu_range(first, first + len(found), found)
        except MemoryError as error:
            raise WorkFailed(
                f"not enough memory for the primes up to the square root of {hi}"
            ) from error
        return work(first, found)

    return ordered(segment, range(lo, hi + 1, longest), threads)
