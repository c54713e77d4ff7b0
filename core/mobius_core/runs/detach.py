"""Starting runners that outlive whoever starts them, and knowing whether any is there."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mobius_core.errors import WorkFailed
from mobius_core.runs.files import failing, try_lock
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run
from mobius_core.runs.scheduler import is_slurm

DEFAULT_SIGNALS = (signal.SIGCHLD, signal.SIGPIPE, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def wake(lab: Lab, runs: Sequence[Run] = ()) -> None:
    """Start a runner if anything is queued on this host; it calls peers as slots allow.

    Those of `runs` that belong to a cluster get workers there, unless there are enough.
    """
    if lab.queue.entries():
        spawn_runner(lab.home)
    remote = [run.trial for run in runs if is_slurm(run.host)]
    if remote:
        from mobius_core.runs.slurm_jobs import Workers

        Workers.of(lab).top_up(lab, remote)


def wake_idle(lab: Lab) -> None:
    """Start a runner only where none is left, as after a crash: cheap enough for `status`."""
    if lab.queue.entries() and not Presence.is_anybody_there(lab):
        spawn_runner(lab.home)


def spawn_runner(home: Path) -> None:
    """Start `runs.runner` in a session of its own; it forks once more and so has no parent.

    WorkFailed where it cannot be started.
    """
    log = home / "runner.log"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("MOBIUS_RUN")
    }
    # -P: a file queue.py or json.py where the person stands must not become a module.
    argv = [sys.executable, "-P", "-m", "mobius_core.runs.runner", str(home)]
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    with failing("start a runner that logs to", log):
        pid = os.posix_spawn(
            sys.executable,
            argv,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o666),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigmask=[],
            setsigdef=DEFAULT_SIGNALS,
        )
    status = 0
    with suppress(ChildProcessError):  # the caller ignores SIGCHLD: nobody can know
        _, status = os.waitpid(pid, 0)
    if status:
        raise WorkFailed(f"the runner did not start; {log} says why")


class Presence:
    """A runner's mark that it lives: a shared lock, which the kernel takes back at its death."""

    def __init__(self, lab: Lab) -> None:
        self._descriptor = _open_presence(lab)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def is_alone(self) -> bool:
        """No other runner of this lab lives on this host; ask with the queue locked."""
        alone = try_lock(self._descriptor)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        return alone

    def leave(self) -> None:
        os.close(self._descriptor)

    @staticmethod
    def is_anybody_there(lab: Lab) -> bool:
        descriptor = _open_presence(lab)
        try:
            return not try_lock(descriptor)
        finally:
            os.close(descriptor)


def _open_presence(lab: Lab) -> int:
    path = lab.slots_dir / "runners"
    with failing("open", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
