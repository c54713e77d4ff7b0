"""What Python has no call for: two promises of the kernel, from prctl(2), and a mark on a fork."""

from __future__ import annotations

import ctypes
import os
from typing import Final

SET_PDEATHSIG: Final = 1
SET_CHILD_SUBREAPER: Final = 36

_libc = ctypes.CDLL(None, use_errno=True)
_getenv = _libc.getenv
_getenv.argtypes = [ctypes.c_char_p]
_getenv.restype = ctypes.c_void_p


def adopt_orphans(wanted: bool) -> None:
    """Whether orphaned descendants become children of this process instead of init's."""
    _prctl(SET_CHILD_SUBREAPER, int(wanted))


def signal_on_parent_death(signum: int) -> None:
    """The signal this process gets when the thread that forked it ends."""
    _prctl(SET_PDEATHSIG, signum)


class Mark:
    """Room in this process's first environment for a variable that forks write anew.

    /proc/PID/environ shows what the process was started with, wherever `os.environ` is by now; a
    fork that writes there is known by its mark to others, and so are its own forks.
    """

    def __init__(self, name: str) -> None:
        """The process must have been started with `name` as long as any value to come."""
        found = _getenv(name.encode())
        begin, end = environment_bounds()
        inside = found is not None and begin <= found < end
        self._address = found if inside else None
        self._room = len(ctypes.string_at(found)) if inside and found is not None else 0

    def write(self, value: str) -> bool:
        """Whether it could be written; False where there is no room."""
        content = os.fsencode(value)
        if self._address is None or len(content) > self._room:
            return False
        ctypes.memmove(self._address, content.ljust(self._room, b"\0"), self._room)
        return True


def environment_bounds() -> tuple[int, int]:
    """Addresses env_start and env_end of /proc/PID/stat (5); 0 where the kernel hides them."""
    with open("/proc/self/stat", "rb") as file:
        content = file.read()
    fields = content[content.rindex(b")") + 2 :].split()
    return int(fields[47]), int(fields[48])


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
