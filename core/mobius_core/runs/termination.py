"""TERM to the runner: a shutdown, so the run it works on is preempted and the queue left alone."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from types import FrameType


class Termination:
    """Remembers that TERM has come, and wakes whoever polls `descriptor` when it does."""

    def __init__(self) -> None:
        self._terminated = False
        self.descriptor, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    @property
    def asked(self) -> bool:
        return self._terminated or self.limit_is_near

    @property
    def limit_is_near(self) -> bool:
        """Slurm said that the time of this job is nearly up: what runs goes on in its next life.

        It tells every process of a job, and USR2 ends those that do not know it. So a worker
        blocks it, which its children inherit, and looks whether one is pending.
        """
        return signal.SIGUSR2 in signal.sigpending()

    def listen(self) -> None:
        """A closing terminal (HUP) and ctrl-c (INT) are for the launcher, never for a runner."""
        for signum in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(signum, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._note)

    def wait(self, seconds: float) -> None:
        """Sleep, but not through a TERM."""
        select.select([self.descriptor], [], [], seconds)

    def clear(self) -> None:
        """Take the wake-up out of the pipe; `asked` stays."""
        with suppress(BlockingIOError):
            os.read(self.descriptor, 64)

    def _note(self, signum: int, frame: FrameType | None) -> None:
        self._terminated = True
        with suppress(BlockingIOError):
            os.write(self._writer, b"\0")
