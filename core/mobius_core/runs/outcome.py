"""Why a child ended, from its exit status, its own verdict, its log and the kernel's counters."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress

from mobius_core.runs.facts import Exit
from mobius_core.runs.files import read_json
from mobius_core.runs.folder import AttemptFolder, RunFolder
from mobius_core.runs.run import State
from mobius_core.runs.verdict import DISK_FAILURE

OUT_OF_MEMORY = re.compile(rb"CUDA out of memory|OutOfMemoryError|MemoryError|std::bad_alloc")
LOG_END = 1 << 16
"""Bytes at the end of the log in which a program says that memory ran out."""
VERDICTS = frozenset(
    {
        State.NAN,
        State.CONFIG,
        State.IO,
        State.OOM,
        State.STOPPED,
        State.PREEMPTED,
        State.FAILED,
    }
)


class Watch:
    """Remembers what stood in the log and in the counters when the child began."""

    def __init__(
        self, folder: RunFolder, attempt: AttemptFolder, *, ours: bool, processes: int = 1
    ) -> None:
        """`ours` is whether the child is of our own kinds, whose exit codes we know; `processes`
        how many of them torchrun starts."""
        self.folder = folder
        self.attempt = attempt
        self.ours = ours
        self.processes = processes
        self._oom_kills = oom_kills()
        self._log_size = log_size(folder)

    def judge(self, returncode: int | None, asked: State | None, now: float) -> Exit:
        """`asked` is why the runner ended the child, None when it ended by itself."""
        code = returncode if returncode is not None and returncode >= 0 else None
        signum = -returncode if returncode is not None and returncode < 0 else None
        reason, message = self._reason(code, signum, asked)
        return Exit(reason=reason, t=now, rc=code, signal=signum, message=message)

    def _reason(
        self, code: int | None, signum: int | None, asked: State | None
    ) -> tuple[State, str]:
        verdict = read_json(self.attempt.verdict) or {}
        said = verdict.get("reason")
        if asked in (State.KILLED, State.TIMEOUT):
            return asked, ""
        if self.processes > 1 and asked is None and said == State.PREEMPTED:
            # The TERM came from torchrun, to those that one left alone, or from its own death.
            if signum is None:
                told = f"one of its {self.processes} processes died; the log says how"
                return State.FAILED, told
        elif code != 0 and said in VERDICTS:
            return State(str(said)), str(verdict.get("message") or "")
        if asked is not None:
            return asked, ""
        if code == 0:
            return State.DONE, ""
        if signum == signal.SIGKILL and oom_kills() > self._oom_kills:
            return State.OOM, "the kernel ended it for want of memory"
        if code == DISK_FAILURE and self.ours:
            return State.IO, f"the disk took nothing more, not even why{self._room()}"
        if OUT_OF_MEMORY.search(self._log_end()):
            return State.OOM, "the log says that memory ran out"
        if signum is not None:
            return State.FAILED, f"ended by {signal.Signals(signum).name}{self._room()}"
        return State.FAILED, f"exit code {code}{self._room()}"

    def _room(self) -> str:
        """What a full disk adds to a failure: guests tell of it in a log that took nothing."""
        with suppress(OSError):
            if not os.statvfs(self.folder.path).f_bavail:
                return "; no space is left on the disk: free some, then repeat"
        return ""

    def _log_end(self) -> bytes:
        """The last of what this attempt wrote."""
        try:
            with open(self.folder.log, "rb") as file:
                file.seek(max(self._log_size, os.fstat(file.fileno()).st_size - LOG_END))
                return file.read()
        except OSError:
            return b""


def log_size(folder: RunFolder) -> int:
    try:
        return folder.log.stat().st_size
    except FileNotFoundError:
        return 0


def oom_kills() -> int:
    """How often the kernel's out-of-memory killer struck in our cgroup; 0 where it says not."""
    try:
        with open("/proc/self/cgroup") as file:
            group = next(line for line in file if line.startswith("0::"))[3:].strip()
        with open(f"/sys/fs/cgroup{group}/memory.events") as file:
            counts = dict(line.split() for line in file)
    except (OSError, StopIteration, ValueError):
        return 0
    return int(counts.get("oom_kill", 0))
