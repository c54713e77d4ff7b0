"""Two promises of the kernel that Python has no call for, from prctl(2)."""

from __future__ import annotations

import ctypes
import os
from typing import Final

SET_PDEATHSIG: Final = 1
SET_CHILD_SUBREAPER: Final = 36

_libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans(wanted: bool) -> None:
    """Whether orphaned descendants become children of this process instead of init's."""
    _prctl(SET_CHILD_SUBREAPER, int(wanted))


def signal_on_parent_death(signum: int) -> None:
    """The signal this process gets when the thread that forked it ends."""
    _prctl(SET_PDEATHSIG, signum)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
