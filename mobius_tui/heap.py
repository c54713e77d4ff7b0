"""The C library's heap: one for all threads, and without pages that hold nothing."""

from __future__ import annotations

import ctypes
from typing import Final

ARENA_MAX: Final = -8
MMAP_THRESHOLD: Final = -3
"""Parameters of glibc's mallopt(3)."""
LARGE: Final = 1 << 16
"""Bytes of a block that is mapped by itself and leaves no hole: what is read of files at once.
glibc's own bound, twice as high, rises to 32 MB with the blocks that are freed."""


def keep_together() -> bool:
    """Before there are threads. glibc gives each a heap of its own, 16 on two cores, so that they
    need not wait for each other, which Python's lock makes them do anyhow: after ten minutes of
    keys 8 MB were holes in them.

    False where the C library has no mallopt (musl).
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        return False
    settings = ((ARENA_MAX, 1), (MMAP_THRESHOLD, LARGE))
    return all(library.mallopt(name, value) == 1 for name, value in settings)


def give_back() -> None:
    """Pages that hold nothing go back to the system: the C library keeps those between others."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
