"""Only the lines of a log that say something: a text, or a level and everything above it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Final

from mobius_core.metrics.log_index import LogIndex

STRIDE: Final = 1 << 20
ERRORS: Final = ("error", "exception", "traceback", "critical", "fatal")
# A level is looked for as the words that programs print for it and for what is worse.
LEVELS: Final = {"error": ERRORS, "warn": ("warn", *ERRORS), "warning": ("warn", *ERRORS)}


class LogFilter:
    """The lines of an index that contain a text in upper or lower case, as rows 0, 1, 2, …

    `error` and `warn` stand for levels. A line counts once it is ended.
    """

    def __init__(self, index: LogIndex, text: str) -> None:
        self.index = index
        self.text = text
        self._words = [
            word.encode("utf-8", "surrogateescape").lower()
            for word in LEVELS.get(text.lower(), (text,))
        ]
        self._numbers: array[int] = array("Q")
        self._replaced = index.replaced
        self._read = 0
        self._passed = 0

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def complete(self) -> bool:
        """Whether every ended line has been looked at."""
        return self.index.complete and self._read == self.index.offset(self.index.ended)

    def row(self, number: int) -> int:
        """The row of a line, or of the next one shown."""
        return bisect_left(self._numbers, number)

    def numbered(self, start: int, stop: int) -> list[tuple[int, str]]:
        """(line number, text) of rows start..stop-1, as far as they exist."""
        numbers = self._numbers[max(0, start) : max(0, stop)]
        return [(number, self.index.line(number)) for number in numbers]

    def refresh(self, budget: int) -> bool:
        """Look through what the index has read, at most some `budget` bytes; True for new rows."""
        if self.index.replaced != self._replaced:
            self._numbers = array("Q")
            self._replaced, self._read, self._passed = self.index.replaced, 0, 0
        before = len(self._numbers)
        end = self.index.offset(self.index.ended)
        stop = min(end, self._read + budget)
        while self._read < stop:
            self._take(end)
        return len(self._numbers) > before

    def _take(self, end: int) -> None:
        """Look through the next lines, about a stride of them and never half a one."""
        size = STRIDE
        chunk = self.index.read(self._read, min(size, end - self._read))
        while chunk and b"\n" not in chunk:
            size *= 2
            chunk = self.index.read(self._read, min(size, end - self._read))
        chunk = chunk[: chunk.rfind(b"\n") + 1].lower()
        if not chunk:
            self._read = end  # truncated meanwhile; the next refresh of the index sees it
            return
        number = at = 0
        for place in self._places(chunk):
            number += chunk.count(b"\n", at, place)
            at = place
            self._numbers.append(self._passed + number)
        self._passed += chunk.count(b"\n")
        self._read += len(chunk)

    def _places(self, chunk: bytes) -> list[int]:
        """An offset in each line that contains one of the words, in order."""
        starts = set()
        for word in self._words:
            at = chunk.find(word)
            while at >= 0:
                starts.add(chunk.rfind(b"\n", 0, at) + 1)
                at = chunk.find(word, chunk.find(b"\n", at) + 1)
        return sorted(starts)
