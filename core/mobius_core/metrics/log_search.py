"""Literal search in a file of any size, a megabyte at a time; safe to run in a thread."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

STRIDE: Final = 1 << 20


class Needle:
    """A text to look for; upper and lower case are the same unless it has upper case itself."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.any_case: bool = text == text.lower()
        self._bytes = text.encode("utf-8", "surrogateescape")

    def places(self, line: str) -> list[tuple[int, int]]:
        """Where the text stands in a line, as (start, stop) without overlaps."""
        if not self.text:
            return []
        # ASCII only, as in the bytes: lower() may change the length of other texts.
        line = ascii_lower(line) if self.any_case else line
        found = []
        at = line.find(self.text)
        while at >= 0:
            found.append((at, at + len(self.text)))
            at = line.find(self.text, at + len(self.text))
        return found

    def after(self, path: Path, start: int, stop: int) -> int | None:
        """Offset of the first occurrence within bytes start..stop-1; None also for no file."""
        return self._search(path, start, stop, last=False)

    def before(self, path: Path, start: int, stop: int) -> int | None:
        """Offset of the last occurrence within bytes start..stop-1."""
        return self._search(path, start, stop, last=True)

    def _search(self, path: Path, start: int, stop: int, *, last: bool) -> int | None:
        size = len(self._bytes)
        if not size or b"\n" in self._bytes:
            return None
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            while start + size <= stop:
                # Chunks overlap by what a match needs to lie across their border.
                begin = max(start, stop - STRIDE - size + 1) if last else start
                chunk = os.pread(file, min(STRIDE + size - 1, stop - begin), begin)
                chunk = chunk.lower() if self.any_case else chunk
                at = chunk.rfind(self._bytes) if last else chunk.find(self._bytes)
                if at >= 0:
                    return begin + at
                if last:
                    stop = begin + size - 1
                else:
                    start += STRIDE
        finally:
            os.close(file)
        return None


def ascii_lower(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
