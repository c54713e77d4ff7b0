"""The runner: a small detached process that owns slots and works through the queue.

`python -P -m mobius_core.runs.runner HOME`. Standard library and tomli only, under 16 MB. It
forks once to lose its parent, claims runs one after the other, and leaves when nothing is queued
that it could take. Nothing else has to be alive.
"""

from __future__ import annotations

import math
import os
import sys
import time
from pathlib import Path

from mobius_core.config import machine
from mobius_core.config.machine import NotifySpec
from mobius_core.errors import MobiusError, Refused, UsageError, WorkFailed
from mobius_core.runs.attempt import Attempt
from mobius_core.runs.capacity import capacity_of
from mobius_core.runs.detach import Presence, spawn_runner
from mobius_core.runs.dispatch import Claim, Pass, make_pass
from mobius_core.runs.facts import Exit
from mobius_core.runs.files import failing, locked
from mobius_core.runs.lab import Lab
from mobius_core.runs.notify import message, tell
from mobius_core.runs.pending import stop_after_failures
from mobius_core.runs.plan import make_plan
from mobius_core.runs.prctl import adopt_orphans
from mobius_core.runs.process import Process, identify
from mobius_core.runs.queue import Entry
from mobius_core.runs.run import State
from mobius_core.runs.scheduler import Job
from mobius_core.runs.slots import Lease
from mobius_core.runs.snapshot import Snapshots
from mobius_core.runs.state import end_state
from mobius_core.runs.termination import Termination
from mobius_core.runs.warm import Warm

RETRY = 2.0
"""Seconds between two passes while slots are held by others than runners of this lab."""
TROUBLE = 600.0
"""Seconds for which a runner waits for a disk that refuses everything before it leaves; whoever
looks at the lab then starts another."""


class Runner:
    def __init__(self, lab: Lab, process: Process, job: Job | None = None) -> None:
        self.lab = lab
        self.process = process
        self.job = job
        """the Slurm job that it is"""
        self.presence = Presence(lab)
        self.termination = Termination()
        self.warm = Warm()
        self.snapshots = Snapshots()
        self.later: list[tuple[float, Entry]] = []
        """attempts that wait until a time of the monotonic clock"""
        self._troubled: float | None = None
        """since when the disk refuses, by the same clock"""
        self._held: Lease | None = None
        """slots of the run that has ended, kept until the next pass: whoever looks in between
        would see them free and start a runner for them"""

    def live(self) -> None:
        """Run after run, until nothing is left for this runner or TERM comes."""
        self.termination.listen()
        adopt_orphans(True)
        # A lab that was removed must not be made anew by its runner.
        while not self.termination.asked and self.lab.home.is_dir():
            try:
                found, begun = self._look()
            except (WorkFailed, Refused) as error:
                self._free()
                if not self._bears(error):
                    break
                self.termination.wait(RETRY)
                continue
            self._troubled = None
            if found is None:
                break
            if found.claim is None:
                self.termination.wait(RETRY)
            else:
                self._work(found.claim, begun, call_a_peer=found.more)
        # Whoever is started next need not wait: the machine is another by then.
        self._queue_later(math.inf)
        self.warm.end()

    def _look(self) -> tuple[Pass | None, float]:
        """A pass over the queue and its unix time; None when nothing is left for this runner."""
        self._queue_later(time.monotonic())
        with (
            locked(self.lab.queue_lock),
            failing("take the next run from", self.lab.queue.folder),
        ):
            self._free()
            found = self.make_pass()
            if found.claim is None and not (self.later or self.stays(found)):
                # Gone before the lock is, so that of several idle runners the last one stays.
                self.presence.leave()
                return None, 0.0
            return found, time.time()

    def make_pass(self) -> Pass:
        return make_pass(self.lab, capacity_of(self.lab.home))

    def stays(self, found: Pass) -> bool:
        """Whether to look again later, when there was nothing to claim."""
        return found.starved and self.presence.is_alone()

    def _free(self) -> None:
        if self._held is not None:
            self._held.release()
        self._held = None

    def _bears(self, error: MobiusError) -> bool:
        """Whether to go on waiting for a disk that refuses."""
        if self._troubled is None:
            self._troubled = time.monotonic()
            complain(self.process, error)
        return time.monotonic() - self._troubled < TROUBLE

    def _queue_later(self, now: float) -> None:
        """Queue the attempts whose time has come."""
        for due, entry in self.later:
            if due <= now:
                self.lab.queue.add(entry)
        self.later = [(due, entry) for due, entry in self.later if due > now]

    def _work(self, claim: Claim, begun: float, *, call_a_peer: bool) -> None:
        attempt = Attempt(
            claim, self.lab.host, self.process, self.termination, self.warm, begun, self.job
        )
        settings = machine.Machine()
        try:
            attempt.record()
            settings = machine.load(self.lab.home)
            if call_a_peer:
                self._call_a_peer()
            plan = make_plan(
                self.lab.home,
                claim.folder,
                claim.spec,
                claim.attempt.number,
                claim.lease,
                settings.train.python,
                self.snapshots,
            )
            attempt.work(plan, settings.notify)
        except MobiusError as error:
            reason = State.CONFIG if isinstance(error, UsageError) else State.IO
            attempt.conclude(Exit(reason=reason, t=time.time(), message=str(error)))
        finally:
            self._held = claim.lease
        self._go_on(attempt, settings.notify)

    def _go_on(self, attempt: Attempt, settings: NotifySpec) -> None:
        """What the end of a run means for itself and for its sweep."""
        if attempt.again is not None:
            self.later.append((time.monotonic() + attempt.delay, attempt.again))
            return
        try:
            self._notify(attempt, settings)
            stop_after_failures(self.lab, attempt.spec)
        except MobiusError as error:
            complain(self.process, error)

    def _notify(self, attempt: Attempt, settings: NotifySpec) -> None:
        ended = attempt.ended
        if ended is None:
            return
        if settings.command is not None:
            self._free()  # nobody waits for a slot while a mail is sent
        spec, state = attempt.spec, end_state(ended)
        variables = message(state, spec.trial.name, attempt.folder.path, ended.message)
        code = tell(settings, variables)
        if code:
            sys.stderr.write(f"runner {self.process.pid}: notify.command gave {code}\n")

    def _call_a_peer(self) -> None:
        # It has no child yet, so it needs no orphans; and a peer must not become its descendant,
        # which the next sweep would end.
        adopt_orphans(False)
        try:
            spawn_runner(self.lab.home)
        except MobiusError as error:
            complain(self.process, error)
        adopt_orphans(True)


def complain(process: Process, error: MobiusError) -> None:
    """Into runner.log, which stderr is."""
    sys.stderr.write(f"runner {process.pid}: {error}\n")


def main(argv: list[str]) -> int:
    home = Path(argv[0])
    if os.fork():
        return 0
    # Whatever the launcher had open, such as a pipe whose reader waits for its end.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir("/")
    os.umask(0o022)
    process = identify(os.getpid())
    if process is None:
        return 1
    try:
        Runner(Lab(home), process).live()
    except MobiusError as error:
        complain(process, error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
