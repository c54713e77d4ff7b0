"""A program on a pseudo-terminal: what it writes, what it costs, what it holds."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Sequence
from fcntl import ioctl
from pathlib import Path
from types import TracebackType
from typing import Final

from mobius_core.errors import WorkFailed

DEADLINE: Final = 60.0
SILENCE: Final = 0.06
"""Seconds without output after which a paint has ended: several frames of 60 a second."""
CPUCLOCK_SCHED: Final = 2
"""The kernel's number of the clock that counts a process's CPU time (clock_getcpuclockid)."""


class Program:
    """Runs until the end of a `with`; every reading of it is cheap and outside its process."""

    def __init__(
        self,
        argv: Sequence[str],
        folder: Path,
        size: tuple[int, int],
        environment: dict[str, str] | None = None,
    ) -> None:
        width, height = size
        variables = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "COLUMNS": str(width),
            "LINES": str(height),
            **(environment or {}),
        }
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(sys.executable, [sys.executable, *argv], variables)
        ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.written = 0
        """bytes that came from the program"""

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU time of all its threads, those that ended included."""
        return time.clock_gettime_ns(~self.pid << 3 | CPUCLOCK_SCHED) / 1e6

    @property
    def megabytes(self) -> float:
        """What it holds in memory now, pages it shares with others counted whole."""
        return status_of(self.pid, "VmRSS") / 1e3

    @property
    def handles(self) -> int:
        """Open files, pipes and sockets."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def read(self, seconds: float) -> bytes:
        """What comes within so many seconds, as soon as something comes; else nothing."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._terminal, 1 << 16)
        except OSError as error:
            raise WorkFailed("the program that is measured has ended") from error
        self.written += len(data)
        return data

    def until(self, words: str, seconds: float = DEADLINE) -> float:
        """CPU milliseconds when the words have come."""
        wanted, seen = words.encode(), b""
        end = time.monotonic() + seconds
        while wanted not in seen:
            if time.monotonic() > end:
                raise WorkFailed(f'"{words}" never came to the terminal; the screen changed')
            seen = seen[-len(wanted) :] + self.read(0.1)
        return self.cpu

    def settle(self, silence: float = SILENCE) -> float:
        """CPU milliseconds when its last output came; it has been silent since."""
        last = self.cpu
        while self.read(silence):
            last = self.cpu
        return last

    def paint(self, keys: str, patience: float = 0.4) -> float | None:
        """CPU milliseconds from a key to the end of what it paints; None where it paints nothing
        within the patience."""
        before = self.cpu
        self.press(keys)
        if not self.read(patience):
            return None
        return max(self.cpu, self.settle()) - before


def status_of(pid: int, field: str) -> int:
    """A field of /proc/PID/status in kB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0])
    raise WorkFailed(f"/proc/{pid}/status has no {field}")
