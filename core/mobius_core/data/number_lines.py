"""Numbers as lines of text, and mu of them as lines: the two ends of a pipe through the sieve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mobius_core import _sieve
from mobius_core.config.numerals import LARGEST, written
from mobius_core.errors import UsageError

BLOCK: Final = 1 << 20
"""Bytes asked of the source at a time; a pipe gives what it has, so answers come as it fills."""
LONGEST: Final = 1 << 16
"""Bytes of a line, far beyond any number."""
VALUE_WIDTH: Final = 24
"""Bytes that a line of `value_lines` may take."""


class Source(Protocol):
    def read1(self, size: int, /) -> bytes: ...


def checked(word: str, where: str) -> int:
    """The n that `word` writes; UsageError where it writes none, or none that mu is found of."""
    n = written(word)
    if n is None:
        shown = word if len(word) <= 40 else f"{word[:40]}…"
        raise UsageError(f'{where}"{shown}" is no whole number; write 30, 1e13, 10^13 or 2^63-1')
    if not 1 <= n <= LARGEST:
        raise UsageError(f"{where}{word} is out of range; mu(n) is found for 1 <= n <= 2^63-1")
    return n


def numbers(source: Source) -> Iterator[NDArray[np.uint64]]:
    """The numbers of a text, one a line, in batches; empty lines are passed over.

    Lines of plain digits are read in C (8 ns each), others such as 1e13 one by one. UsageError
    with the line's number, after all numbers before it have been given.
    """
    held = b""
    line = 1
    while True:
        block = source.read1(BLOCK)
        text = held + block if block else held + b"\n"
        start = 0
        while True:
            batch = np.empty((len(text) - start) // 2 + 1, dtype=np.uint64)
            count, used = _sieve.read_numbers(memoryview(text)[start:], batch)
            if count:
                yield batch[:count]
            line += text.count(b"\n", start, start + used)
            start += used
            end = text.find(b"\n", start)
            if end < 0:
                break
            word = text[start:end].decode(errors="replace").strip()
            yield np.array([checked(word, f"line {line}: ")], dtype=np.uint64)
            line += 1
            start = end + 1
        held = text[start:]
        if not block:
            return
        if len(held) > LONGEST:
            raise UsageError(f"line {line} is longer than any number: is this a text file?")


def value_lines(n: NDArray[np.uint64], mu: NDArray[np.int8]) -> memoryview:
    """ "n mu" lines, as bytes."""
    out = np.empty(len(n) * VALUE_WIDTH, dtype=np.uint8)
    return out[: _sieve.write_values(n, mu, out)].data
