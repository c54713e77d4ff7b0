"""The runner's side of the warm process (`training.warm`), which forks children of our own kinds.

It spares each of them the import of torch. Whatever goes wrong with it, children are executed
instead: nothing depends on it.
"""

from __future__ import annotations

import json
import os
import select
import signal
from contextlib import suppress
from typing import Final

from mobius_core.runs.plan import OF_ONE_RUN, RUN_MARK, Plan
from mobius_core.runs.process import Process, identify
from mobius_core.runs.termination import Termination

MODULE: Final = "mobius_core.training.warm"
ONE_THREAD: Final = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""numpy and torch start their threads at import, and threads do not survive a fork."""
AT_START: Final = ("PYTHONPATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "VIRTUAL_ENV", "CONDA_PREFIX")
"""Variables that count only when an interpreter starts: others of theirs need another one."""
ROOM: Final = "-" * 4096
"""Where each fork writes the longest path there may be, by which `leftovers` finds it and its own
forks should its runner be killed."""
PATIENCE: Final = 30.0
"""Seconds for a fork, which takes 10 ms: beyond them the process hangs."""


class Warm:
    """At most one warm process, started when first needed, replaced when stale or gone."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._kind: tuple[str | None, ...] = ()
        self._ready = False
        self._requests = -1
        self._replies = -1
        self._heard = b""

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, plan: Plan) -> None:
        """See that a process for children like this one is there, or coming."""
        kind = kind_of(plan)
        if self._process is not None and self._process.is_alive() and self._kind == kind:
            return
        self.end()
        environment = dict(plan.environment)
        for name in OF_ONE_RUN:
            environment.pop(name, None)
        environment |= dict.fromkeys(ONE_THREAD, "1")
        environment[RUN_MARK] = ROOM
        theirs, self._requests = os.pipe()
        self._replies, ours = os.pipe()
        try:
            pid = os.posix_spawn(
                plan.argv[0],
                [plan.argv[0], "-P", "-m", MODULE],
                environment,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, theirs, 0),
                    (os.POSIX_SPAWN_DUP2, ours, 1),
                ],
                setsigdef=[signal.SIGTERM],
            )
        except OSError:  # no such interpreter: executing the child will say so
            return
        finally:
            os.close(theirs)
            os.close(ours)
        self._process = identify(pid)
        self._kind = kind

    def is_ready(self, seconds: float, termination: Termination) -> bool | None:
        """Wait for its imports; None once it has ended instead."""
        if self._process is None:
            return None
        if not self._ready:
            said = self._hear(seconds, termination)
            if said == {}:
                return None
            self._ready = said is not None
        return self._ready

    def fork(self, plan: Plan, log: str) -> int | None:
        """The pid of a new child of this runner, None where there is none to be had."""
        request = {
            "arguments": list(plan.argv[3:]),
            "folder": str(plan.folder),
            "environment": dict(plan.environment),
            "log": log,
        }
        try:
            os.write(self._requests, json.dumps(request).encode() + b"\n")
            said = self._hear(PATIENCE, None)
        except BrokenPipeError:
            said = {}
        pid = said.get("pid") if said else None
        if not isinstance(pid, int) or "error" in (said or {}):
            self.end()
            return None
        return pid

    def end(self) -> None:
        """End the process, if there is one; children that it forked go on."""
        for descriptor in (self._requests, self._replies):
            if descriptor >= 0:
                os.close(descriptor)
        self._requests = self._replies = -1
        self._ready = False
        self._heard = b""
        if self._process is not None:
            self._process.send(signal.SIGKILL)
            with suppress(ChildProcessError):  # a sweep was faster
                os.waitpid(self._process.pid, 0)
            self._process = None

    def _hear(self, seconds: float, termination: Termination | None) -> dict[str, object] | None:
        """The next reply; None when it has not come in time, {} when none will come any more."""
        poll = select.poll()
        poll.register(self._replies, select.POLLIN)
        if termination is not None:
            poll.register(termination.descriptor, select.POLLIN)
        while b"\n" not in self._heard:
            ready = {descriptor for descriptor, _ in poll.poll(seconds * 1000)}
            if self._replies not in ready:
                return None
            fresh = os.read(self._replies, 1 << 12)
            if not fresh:
                return {}
            self._heard += fresh
        line, _, self._heard = self._heard.partition(b"\n")
        said = json.loads(line)
        return said if isinstance(said, dict) else {}


def kind_of(plan: Plan) -> tuple[str | None, ...]:
    return (plan.argv[0], *(plan.environment.get(name) for name in AT_START))
