"""The C library's heap: how it keeps what is freed, where it can be told (glibc)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from pathlib import Path
from typing import Final

TRIM_THRESHOLD: Final = -1
TOP_PAD: Final = -2
MMAP_THRESHOLD: Final = -3
MMAP_MAX: Final = -4
ARENA_MAX: Final = -8
"""Parameters of mallopt(3)."""
HUGE_PAGES: Final = 14
"""MADV_HUGEPAGE of madvise(2)."""
MAPS: Final = Path("/proc/self/maps")
LARGE: Final = 1 << 16
"""Bytes of a block that is mapped by itself and leaves no hole: what is read of files at once.
glibc's own bound, twice as high, rises to 32 MB with the blocks that are freed."""


def configured(settings: Iterable[tuple[int, int]]) -> bool:
    """Set parameters; False where the C library has no mallopt (musl) or refuses one."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        return False
    return all(library.mallopt(name, value) == 1 for name, value in settings)


def give_back() -> None:
    """Pages that hold nothing go back to the system: the library keeps those between others."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def extend(room: int) -> None:
    """Make the heap larger by `room` bytes that are not used yet, and ask for all of it in large
    pages (2 MB on x86): a product's result of 2.6 MB is otherwise 640 entries of page tables.

    The kernel takes what the heap grows by later for another area, hence the room."""
    library = ctypes.CDLL(None)
    if not (hasattr(library, "madvise") and MAPS.exists()):
        return
    library.malloc.restype = ctypes.c_void_p
    library.free(ctypes.c_void_p(library.malloc(ctypes.c_size_t(room))))
    for line in MAPS.read_text().splitlines():
        if line.endswith("[heap]"):
            first, end = (int(number, 16) for number in line.split()[0].split("-"))
            library.madvise(ctypes.c_void_p(first), ctypes.c_size_t(end - first), HUGE_PAGES)


def keep_together() -> bool:
    """Before there are threads. glibc gives each a heap of its own, 16 on two cores, so that they
    need not wait for each other, which Python's lock makes them do anyhow: after ten minutes of
    keys 8 MB were holes in them.

    False where the C library has no mallopt (musl).
    """
    return configured(((ARENA_MAX, 1), (MMAP_THRESHOLD, LARGE)))
