"""Lines of a growing log by number, without reading it into memory.

Of every block of 64 KiB only the number of newlines before it is kept: 128 kB for a log of 1 GB.
A line is found by bisection and one or two reads. Reads are pread, not mmap: a mapped file that is
truncated while somebody looks kills the process with SIGBUS.
"""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_left
from collections import OrderedDict
from pathlib import Path
from typing import Final

from mobius_core.metrics.visible import visible_bytes

BLOCK: Final = 1 << 16
STRIDE: Final = 1 << 20
# Of a line no more is ever shown than this many bytes: the screen's width many times over.
LONGEST: Final = 1 << 13
# What must be unchanged at the start and at the end of what was read for it to be the same file.
HEAD: Final = 1 << 10
ANCHOR: Final = 64
BLOCKS_AT_HAND: Final = 8
NEWLINE = re.compile(b"\n")


class LogIndex:
    """The lines of one file; `refresh` looks at what is new, `line` answers from it.

    A file that was truncated, rotated or rewritten is read again from its start, and `replaced`
    counts how often.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.replaced = 0
        self._file = -1
        self._inode = (0, 0)
        self._size = 0
        self._read = 0
        self._newlines = 0
        self._before: array[int] = array("Q")
        self._head = b""
        self._anchor = b""
        self._at_hand: OrderedDict[int, tuple[int, list[int]]] = OrderedDict()

    def __len__(self) -> int:
        """Lines found so far, one that is still being written included."""
        return self._newlines + (self._read > self._start(self._newlines))

    @property
    def size(self) -> int:
        """Bytes of the file at the last refresh."""
        return self._size

    @property
    def complete(self) -> bool:
        """Whether all of the file has been looked at; else `refresh` goes on."""
        return self._read == self._size

    @property
    def ended(self) -> int:
        """Lines that are followed by a newline."""
        return self._newlines

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def refresh(self, budget: int | None = None) -> bool:
        """Look at what is new, at most `budget` bytes of it; True when anything changed."""
        try:
            # Opened each time: on network disks only opening asks the server for the size.
            file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return self._forget()
        self.close()
        self._file = file
        status = os.fstat(file)
        inode = (status.st_dev, status.st_ino)
        changed = self._read > 0 and self._is_another(inode, status.st_size) and self._forget()
        self._inode = inode
        changed = changed or self._size != status.st_size
        self._size = status.st_size
        stop = self._size if budget is None else min(self._size, self._read + budget)
        return self._count(stop) or changed

    def _is_another(self, inode: tuple[int, int], size: int) -> bool:
        if inode != self._inode or size < self._read:
            return True
        if size == self._size == self._read:
            return False
        anchored = self._read - len(self._anchor)
        return (
            os.pread(self._file, len(self._head), 0) != self._head
            or os.pread(self._file, len(self._anchor), anchored) != self._anchor
        )

    def _forget(self) -> bool:
        had = self._size > 0
        self.replaced += had
        self._size = self._read = self._newlines = 0
        self._before = array("Q")
        self._head = self._anchor = b""
        self._at_hand.clear()
        return had

    def _count(self, stop: int) -> bool:
        """Count the newlines up to byte `stop`, block by block."""
        begin = self._read
        while self._read < stop:
            stride = STRIDE - self._read % STRIDE
            chunk = os.pread(self._file, min(stride, stop - self._read), self._read)
            if not chunk:
                break  # truncated since its size was asked; the next refresh sees it
            at = 0
            while at < len(chunk):
                if (self._read + at) % BLOCK == 0:
                    self._before.append(self._newlines)
                end = min(len(chunk), at + BLOCK - (self._read + at) % BLOCK)
                self._newlines += chunk.count(b"\n", at, end)
                at = end
            self._read += len(chunk)
            self._anchor = (self._anchor + chunk[-ANCHOR:])[-ANCHOR:]
        if self._read > begin and len(self._head) < HEAD:
            self._head = os.pread(self._file, min(HEAD, self._read), 0)
        return self._read > begin

    # Lines

    def line(self, number: int) -> str:
        """Line `number` (from 0) as it may be shown; IndexError beyond the lines found."""
        if not 0 <= number < len(self):
            raise IndexError(f"line {number} of {len(self)}")
        start = self._start(number)
        end = self._start(number + 1) - 1 if number < self._newlines else self._read
        return self._shown(start, end)

    def row(self, number: int) -> int:
        """Where a line stands: all lines are shown, so at its own number."""
        return number

    def numbered(self, start: int, stop: int) -> list[tuple[int, str]]:
        """(line number, text) of lines start..stop-1, as far as they exist."""
        numbers = range(max(0, start), min(stop, len(self)))
        return [(number, self.line(number)) for number in numbers]

    def read(self, start: int, size: int) -> bytes:
        """Bytes of the file as it was opened at the last refresh."""
        return os.pread(self._file, size, start) if self._file >= 0 else b""

    def ending(self, count: int) -> list[str]:
        """The last `count` lines, found from the end: right also before all is indexed."""
        stops: list[int] = []
        at = self._size
        while at > 0 and len(stops) < count + 2:
            start = (at - 1) // BLOCK * BLOCK
            block = os.pread(self._file, at - start, start)
            stops += [start + match.start() for match in NEWLINE.finditer(block)][::-1]
            at = start
        if not stops or stops[0] != self._size - 1:
            stops.insert(0, self._size)
        starts = [stop + 1 for stop in stops[1:]]
        if len(starts) < len(stops) and at == 0:
            starts.append(0)
        spans = list(zip(starts, stops, strict=False))[:count] if self._size else []
        return [self._shown(start, stop) for start, stop in reversed(spans)]

    def _start(self, number: int) -> int:
        """The first byte of line `number`: the one after newline `number`."""
        if number == 0:
            return 0
        block = bisect_left(self._before, number) - 1
        return block * BLOCK + self._newlines_in(block)[number - self._before[block] - 1] + 1

    def _newlines_in(self, block: int) -> list[int]:
        """Where the newlines of a block are; a few blocks are kept at hand."""
        size = min(BLOCK, self._read - block * BLOCK)
        known = self._at_hand.pop(block, None)
        if known is None or known[0] != size:
            data = os.pread(self._file, size, block * BLOCK)
            known = (size, [match.start() for match in NEWLINE.finditer(data)])
        self._at_hand[block] = known
        if len(self._at_hand) > BLOCKS_AT_HAND:
            self._at_hand.popitem(last=False)
        return known[1]

    def _shown(self, start: int, end: int) -> str:
        """The bytes of one line: the last state of a progress bar, cut where it is too long."""
        length = end - start
        if length <= LONGEST:
            return visible_bytes(folded(os.pread(self._file, length, start)))
        ending = os.pread(self._file, LONGEST, end - LONGEST)
        last = folded(ending)
        if len(last) < len(ending.rstrip(b"\r")):
            return visible_bytes(last)
        text = visible_bytes(os.pread(self._file, LONGEST, start))
        return f"{text} … {length - LONGEST} more bytes"

    # Places

    def offset(self, number: int) -> int:
        """The first byte of a line; the end of what was read for lines beyond the last."""
        return self._start(number) if number <= self._newlines else self._read

    def number(self, offset: int) -> int:
        """The line that a byte lies in; IndexError beyond what was read."""
        if not 0 <= offset < self._read:
            raise IndexError(f"byte {offset} of {self._read} read")
        block = offset // BLOCK
        return self._before[block] + bisect_left(self._newlines_in(block), offset - block * BLOCK)


def folded(line: bytes) -> bytes:
    """What a line of carriage-return updates shows in the end: its last non-empty state."""
    if b"\r" not in line:
        return line
    return line.rstrip(b"\r").rpartition(b"\r")[2]
