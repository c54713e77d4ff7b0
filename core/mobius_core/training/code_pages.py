"""Pages of libraries' code that were used once, while they were loaded, and stay in memory."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

DONTNEED: Final = 4
"""MADV_DONTNEED of madvise(2), which Python's mmap offers for its own maps only."""
LARGE: Final = 1 << 20
CODE: Final = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ \S+ +/", re.MULTILINE)
"""A line of /proc/PID/maps: from, to, code of a file."""


def give_back_code() -> None:
    """Unmap the code of large libraries; what is called again comes back from the page cache.

    Importing torch and a first step of int2int leave 111 MiB of files in memory, of which further
    steps call 55. Code is never written to, so that nothing is lost.
    """
    library = ctypes.CDLL(None)
    for start, end in code():
        library.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), DONTNEED)


def code() -> Iterator[tuple[int, int]]:
    """First address and the one after the last, of code in maps of LARGE bytes."""
    for start, end in CODE.findall(Path("/proc/self/maps").read_text()):
        first, last = int(start, 16), int(end, 16)
        if last - first >= LARGE:
            yield first, last
