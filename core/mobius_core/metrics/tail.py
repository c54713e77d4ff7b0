"""The whole lines that a growing file has gained, each read once.

Compiled by mypyc in wheels, so plain classes and the standard library only.
"""

from __future__ import annotations

import os
from pathlib import Path

from mobius_core.metrics.rows import parsed

LINE = 1 << 13
"""Bytes at the end of a file in which its last row surely stands."""
CHUNK = 1 << 17
"""Bytes a read takes at most: a file of gigabytes never stands in memory whole, and blocks of
glibc's threshold or less leave no large holes in the heap of an interface that is open for days."""
LONGEST = 1 << 20
"""Bytes of a line without an end, from which on it comes in pieces."""
MARK = 64
"""Bytes before the offset that must still be there, else the file was written anew: its size and
inode may be what they were."""


class Tail:
    """Follows one file by offset; notices when it is replaced or cut short."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self.restarted = False
        """The last `lines` began anew, because the file was replaced or cut."""
        self._offset = 0
        self._inode = 0
        self._rest = b""
        self._before = b""

    def skip(self) -> None:
        """Pass over what is in the file now."""
        try:
            with open(self.path, "rb", buffering=0) as file:
                status = os.fstat(file.fileno())
                self._inode = status.st_ino
                self._offset = status.st_size
                self._before = os.pread(file.fileno(), MARK, max(0, self._offset - MARK))
        except FileNotFoundError:
            return

    @property
    def place(self) -> tuple[int, int]:
        """Inode and offset up to which the file has been read, for `go_to`."""
        return self._inode, self._offset - len(self._rest)

    def go_to(self, inode: int, offset: int) -> None:
        """Go on from a place in the file; from its beginning where it is another file by now."""
        try:
            with open(self.path, "rb", buffering=0) as file:
                self._inode = inode
                self._offset = offset
                self._before = os.pread(file.fileno(), min(MARK, offset), max(0, offset - MARK))
        except FileNotFoundError:
            return

    def lines(self) -> list[bytes]:
        """Lines completed since the last call, without their ends, at most CHUNK bytes of them.

        Empty when nothing is new; a torn last line is kept until its end arrives.
        """
        self.restarted = False
        try:
            with open(self.path, "rb", buffering=0) as file:
                status = os.fstat(file.fileno())
                if self._is_other(status, file.fileno()):
                    self.restarted = self._inode != 0
                    self._offset = 0
                    self._rest = b""
                    self._before = b""
                    self._inode = status.st_ino
                file.seek(self._offset)
                fresh = file.read(CHUNK)
        except FileNotFoundError:
            return []
        self._offset += len(fresh)
        self._before = (self._before + fresh)[-MARK:]
        lines = (self._rest + fresh).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST:
            # A bar that is redrawn for days ends no line: it comes in pieces.
            lines.append(self._rest)
            self._rest = b""
        return lines

    def _is_other(self, status: os.stat_result, descriptor: int) -> bool:
        if status.st_ino != self._inode or status.st_size < self._offset:
            return True
        if status.st_size == self._offset:
            return False
        return os.pread(descriptor, len(self._before), self._offset - len(self._before)) != (
            self._before
        )

    @property
    def rest(self) -> bytes:
        """The torn last line, as far as it has come."""
        return self._rest

    @property
    def is_behind(self) -> bool:
        """More is in the file than has been read."""
        try:
            return os.stat(self.path).st_size != self._offset
        except FileNotFoundError:
            return False


def last_row(path: str | Path) -> dict[str, object] | None:
    """The last whole row of a file of JSON objects, without reading what is before it."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - LINE))
            lines = file.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        row = parsed(line)
        if isinstance(row, dict):
            return row
    return None
