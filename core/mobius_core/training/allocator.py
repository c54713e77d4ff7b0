"""Keep freed memory: half of a transformer's bf16 time on a CPU is page faults otherwise."""

from __future__ import annotations

import ctypes
from typing import Final

TRIM_THRESHOLD: Final = -1
TOP_PAD: Final = -2
MMAP_MAX: Final = -4
"""Parameters of glibc's mallopt(3)."""


def keep_freed_memory() -> bool:
    """Let glibc reuse large blocks instead of returning them to the kernel after every operation.

    The same as MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=2147483647 MALLOC_TOP_PAD_=268435456 in
    the environment. False where the C library has no mallopt (musl).
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        return False
    settings = ((MMAP_MAX, 0), (TRIM_THRESHOLD, 2**31 - 1), (TOP_PAD, 2**28))
    return all(library.mallopt(name, value) == 1 for name, value in settings)
