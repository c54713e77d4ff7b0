"""Space on the disk before it is written to: want of it is told at once, writing costs half."""

from __future__ import annotations

import ctypes
import errno
import os
from typing import Final

KEEP_SIZE: Final = 1
"""FALLOC_FL_KEEP_SIZE: what is not written yet does not count as the file's contents."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)


def reserve(descriptor: int, size: int) -> None:
    """Room for `size` bytes; OSError where there is none, nothing on a disk that cannot say.

    fallocate(2) itself: posix_fallocate would write a byte to each block where a disk cannot.
    """
    if size and _libc.fallocate(descriptor, KEEP_SIZE, 0, size) != 0:
        code = ctypes.get_errno()
        if code not in (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.ENODEV, errno.ESPIPE):
            raise OSError(code, os.strerror(code))
