"""Processes that a child leaves behind: found, ended, reaped."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection

from mobius_core.runs.folder import RunFolder
from mobius_core.runs.plan import RUN_MARK
from mobius_core.runs.process import Process, descendants, marked

SWEEP_GRACE = 2.0
"""Seconds between TERM and KILL for what a child left behind."""


def sweep(*, at_once: bool, keep: Collection[int] = ()) -> int:
    """End what the child left behind, whatever session it fled to; gives how many there were.

    The runner is their reaper, so they are its descendants, and nothing else is but `keep`: the
    warm process, a notification.
    """
    swept: set[Process] = set()
    deadline = time.monotonic() + (0.0 if at_once else SWEEP_GRACE)
    while has_children():
        late = time.monotonic() >= deadline
        left = descendants(os.getpid(), without=keep)
        if not left and keep:
            break
        for process in left:
            if late or process not in swept:
                process.send(signal.SIGKILL if late else signal.SIGTERM)
            swept.add(process)
        if swept:
            time.sleep(0.01)
    return len(swept)


def has_children() -> bool:
    """Reap what has ended; False once nobody is left (one system call in the usual case)."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def end_marked(folder: RunFolder) -> None:
    """Kill what carries the mark of this run in its environment, wherever it was adopted.

    For runs whose runner was killed: nobody is left whose descendants they are.
    """
    deadline = time.monotonic() + SWEEP_GRACE
    me = os.getpid()  # who may itself be part of that run
    while left := [one for one in marked(RUN_MARK, str(folder.path)) if one.pid != me]:
        for process in left:
            process.send(signal.SIGKILL)
        if time.monotonic() > deadline:
            return  # another user's, or stuck in the kernel: no signal ends it
        time.sleep(0.01)
