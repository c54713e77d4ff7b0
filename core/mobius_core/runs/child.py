"""A child of the runner: started in its own session, watched through a pidfd, ended for certain."""

from __future__ import annotations

import errno
import os
import select
import signal
from contextlib import suppress
from pathlib import Path

from mobius_core.runs.plan import Plan
from mobius_core.runs.prctl import signal_on_parent_death
from mobius_core.runs.process import Process, identify
from mobius_core.runs.run import State
from mobius_core.runs.termination import Termination

RUNNERS_OWN = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGPIPE,
    signal.SIGXFSZ,
)
"""Signals that the runner, or Python in it, ignores or handles: exec would pass that on."""


DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})
"""Those that say nothing about the program but that its log cannot be opened or it be read."""


class CannotStart(Exception):
    """The program could not be executed; the message says why."""

    def __init__(self, message: str, reason: State = State.FAILED) -> None:
        super().__init__(message)
        self.reason = reason


class Child:
    """One started program. It is the runner's own, so only the runner can reap it."""

    def __init__(self, pid: int) -> None:
        """`pid` as `start` or the warm process gives it."""
        identity = identify(pid)
        if identity is None:
            raise CannotStart(f"process {pid} vanished as it started")
        self.process: Process = identity
        self._pidfd = os.pidfd_open(pid)
        self._status: int | None = None

    @property
    def returncode(self) -> int | None:
        """As subprocess has it: the exit code, or minus the signal; None while it runs."""
        return None if self._status is None else os.waitstatus_to_exitcode(self._status)

    def wait(self, seconds: float, termination: Termination) -> bool:
        """Wait for its end, for TERM, or for the time; True once it has ended."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        poll.register(termination.descriptor, select.POLLIN)
        ready = {descriptor for descriptor, _ in poll.poll(max(0.0, seconds) * 1000)}
        if termination.descriptor in ready:
            termination.clear()
        if self._pidfd not in ready:
            return False
        _, self._status = os.waitpid(self.process.pid, 0)
        os.close(self._pidfd)
        return True

    def signal(self, signum: int) -> None:
        """Signal its whole group; its id is not reused before the child is reaped."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signum)


def start(plan: Plan, log: Path) -> int:
    """Fork and execute; gives the pid once the program has replaced the fork.

    CannotStart where it does not exist or its folder is missing.
    """
    reader, writer = os.pipe()  # closed by exec, so that end of file means it worked
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        become(plan, log, parent, writer)
    os.close(writer)
    with open(reader, "rb") as pipe:
        number, _, failure = pipe.read().decode().partition(" ")
    if failure:
        os.waitpid(pid, 0)
        raise CannotStart(failure, State.IO if int(number) in DISK_ERRORS else State.CONFIG)
    return pid


def become(plan: Plan, log: Path, parent: int, writer: int) -> None:
    """In the fork: turn into the program, or tell the runner why not."""
    try:
        os.setsid()
        # Without its runner nobody would record its end: it is asked to save and leave.
        signal_on_parent_death(signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)
        for signum in RUNNERS_OWN:
            signal.signal(signum, signal.SIG_DFL)
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.chdir(plan.folder)
        os.execvpe(plan.argv[0], plan.argv, dict(plan.environment))
    except OSError as error:
        # execvpe does not say which file; a missing folder does.
        what = error.filename or plan.argv[0]
        os.write(writer, f"{error.errno} cannot start {what}: {error.strerror}".encode())
    finally:
        os._exit(127)
