"""Programs of ours as a person starts them: commands in a session, the TUI on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mobius_core.runs.lab import Lab
from tests.runs.guests import PATIENCE

ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "mobius_tui", *words]


@contextmanager
def launched(
    folder: Path, lab: Lab, *words: str, output: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a session of its own, as a login gives it; killed at the end if it lives.

    Both its stdout and its stderr go to `output`.
    """
    with subprocess.Popen(
        command(*words),
        cwd=folder,
        env={**os.environ, "MOBIUS_HOME": str(lab.home)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


class Terminal:
    """The TUI on a pseudo-terminal of 100 x 30, and all that it has drawn so far."""

    def __init__(self, folder: Path, lab: Lab) -> None:
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(TERM="xterm-256color", MOBIUS_HOME=str(lab.home))
            argv = command()
            os.execv(argv[0], argv)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.drawn = b""

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def until_drawn(self, words: str) -> None:
        """Read on until these words have been drawn, once, since the last call."""
        deadline = time.monotonic() + PATIENCE
        while words.encode() not in ESCAPES.sub(b"", self.drawn):
            lives = self._read(max(0.0, deadline - time.monotonic()))
            assert lives, f"the program ended: {self._words()}"
            assert time.monotonic() < deadline, f"{words!r} was never drawn: {self._words()}"
        self.drawn = b""

    def _words(self) -> str:
        return ESCAPES.sub(b"", self.drawn).decode(errors="replace")[-3000:]

    def _read(self, seconds: float) -> bool:
        """Take what is drawn within the time; False once the program is gone."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            fresh = os.read(self._master, 1 << 16)
        except OSError:  # EIO: nobody holds the other side any more
            return False
        self.drawn += fresh
        return bool(fresh)

    def end(self, signum: int = signal.SIGKILL) -> int:
        """Signal the program; gives its exit code, or minus the signal that ended it."""
        os.kill(self.pid, signum)
        while self._read(PATIENCE):
            pass
        os.close(self._master)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)
