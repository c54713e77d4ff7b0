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
from mobius_tui.bench.glass import Glass

DEADLINE: Final = 60.0
SILENCE: Final = 0.06
"""Seconds without output after which a paint has ended: several frames of 60 a second."""
PACKET: Final = 512
"""Bytes that a limited line carries at a time."""
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
        self.glass = Glass(width, height)
        """what it shows"""
        self.written = 0
        """bytes that came from the program"""
        self.bytes_a_second = 0
        """what the line takes; 0 is no limit"""
        self._read_until = 0.0

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
        end = time.monotonic() + seconds
        while self._read_until > time.monotonic():
            # A line that is full: nothing can come, whatever the program has written.
            select.select([], [], [], max(0.0, min(end, self._read_until) - time.monotonic()))
            if time.monotonic() >= end:
                return b""
        left = max(0.0, end - time.monotonic())
        if not select.select([self._terminal], [], [], left)[0]:
            return b""
        try:
            data = os.read(self._terminal, PACKET if self.bytes_a_second else 1 << 16)
        except OSError as error:
            raise WorkFailed(f"the program has ended; it said\n{self.glass.text}") from error
        self.written += len(data)
        self.glass.feed(data)
        if self.bytes_a_second:
            self._read_until = time.monotonic() + len(data) / self.bytes_a_second
        return data

    def until(self, words: str, seconds: float = DEADLINE) -> float:
        """CPU milliseconds when the screen shows the words."""
        self.until_bytes(words, seconds)
        return self.cpu

    def until_bytes(self, words: str, seconds: float = DEADLINE) -> bytes:
        """Everything that came until the screen showed the words."""
        seen = b""
        end = time.monotonic() + seconds
        while words not in self.glass.text:
            if time.monotonic() > end:
                raise WorkFailed(f'"{words}" is never shown; the screen is\n{self.glass.text}')
            seen += self.read(0.1)
        return seen

    def rest(self, silence: float = SILENCE) -> bytes:
        """Everything that comes until it is silent for so long."""
        seen = b""
        while more := self.read(silence):
            seen += more
        return seen

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
