"""One attempt at a run, from the claim to exit.json."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass

from mobius_core.config.machine import NotifySpec
from mobius_core.config.trial import Json
from mobius_core.errors import MobiusError
from mobius_core.runs import events, outcome
from mobius_core.runs.again import can_continue, delay_after, request, wants_retry
from mobius_core.runs.child import CannotStart, Child, start
from mobius_core.runs.dispatch import Claim
from mobius_core.runs.facts import Exit, Proc, list_names, read_exit
from mobius_core.runs.files import write_json
from mobius_core.runs.guest_metrics import GuestMetrics, guest_metrics
from mobius_core.runs.leftovers import end_marked, sweep
from mobius_core.runs.notify import message, tell_in_passing
from mobius_core.runs.pace import Pace
from mobius_core.runs.plan import Plan
from mobius_core.runs.process import Host, Process
from mobius_core.runs.queue import Entry
from mobius_core.runs.run import State
from mobius_core.runs.scheduler import Job
from mobius_core.runs.state import HEARTBEAT_EVERY, end_state
from mobius_core.runs.termination import Termination
from mobius_core.runs.unread import read_unread
from mobius_core.runs.warm import Warm

POLL = 0.2
"""Seconds between two looks at control/: a stop is obeyed at once for a person, and four idle
runs cost 0.1 % of a core."""

CLOCK_MOVED = 60.0
"""Seconds between the wall clock and the machine's own that are worth a word: NTP slews less."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the child is being ended, and the signals still to come: (when, which)."""

    reason: State
    signals: list[tuple[float, signal.Signals]]


class Attempt:
    """What a runner does for one run; `work` returns when it is over and recorded."""

    def __init__(
        self,
        claim: Claim,
        host: Host,
        runner: Process,
        termination: Termination,
        warm: Warm,
        started: float,
        job: Job | None = None,
    ) -> None:
        """`started` is the unix time of the claim; `job` the Slurm job that the runner is."""
        self.folder = claim.folder
        self.spec = claim.spec
        self.ended: Exit | None = None
        """how it ended, once that is written"""
        self.again: Entry | None = None
        """its place in the queue, once it is over and to be tried again"""
        self.delay = 0.0
        """seconds before that"""
        self.attempt = claim.attempt
        self.lease = claim.lease
        self.host = host
        self.runner = runner
        self.termination = termination
        self.warm = warm
        self.started = started
        self.job = job
        self._began = time.monotonic()
        self._born = lasted()
        self._ending: Ending | None = None
        self._beaten = 0.0
        self._drift = ""
        self._metrics: GuestMetrics | None = None
        self._behind = False
        self._has_told_nan = False
        self._pace = Pace(self.folder.metrics, self.folder.log)
        self._settings = NotifySpec()
        self._notifying: set[int] = set()

    def record(self, child: Process | None = None) -> None:
        """Write proc.json; at first at once after the claim, then with the child."""
        proc = Proc(
            host=self.host,
            runner=self.runner,
            child=child,
            devices=self.lease.devices,
            t=self.started,
            job=self.job,
            drift=self._drift,
            source=self._metrics.begin if self._metrics else None,
        )
        # Its processes do not outlive a power cut, so that it need not either.
        write_json(self.attempt.proc, proc.to_json(), durable=False)

    def work(self, plan: Plan, settings: NotifySpec) -> None:
        """Start the child, follow it to its end and write how it ended; `settings` say who wants
        to hear of what happens before its end."""
        self._settings = settings
        if self.attempt.number > 1:
            # An attempt whose runner was killed may have left some that still write here.
            end_marked(self.folder)
            self._read_unread()
        number = self.attempt.number
        ours = self.spec.trial.kind != "command"
        if plan.drift:
            self._drift = plan.drift
            told = f"since it was submitted: {plan.drift}"
            self._tell("drift", attempt=self.attempt.number, message=told)
        watch = outcome.Watch(self.folder, self.attempt, ours=ours, processes=plan.processes)
        if not ours:
            self._metrics = guest_metrics(self.folder, self.spec.trial, number, plan.metrics_file)
            self.record()  # where its metrics begin, before there are any
        try:
            pid = self._fork(plan) if plan.warm else None
            child = Child(start(plan, self.folder.log) if pid is None else pid)
        except CannotStart as error:
            self.conclude(Exit(reason=error.reason, t=time.time(), message=str(error)))
            return
        self.lease.name_child(child.process, self.host.boot_id)
        try:
            self.record(child.process)
        except MobiusError as error:
            # A child that nobody knows of must not run.
            child.signal(signal.SIGKILL)
            self._follow(child, plan)
            self.conclude(Exit(reason=State.IO, t=time.time(), message=str(error)))
            return
        self._tell("started", attempt=number, where=", ".join(self.lease.devices))
        self._follow(child, plan)
        self._finish_metrics(child.returncode == 0)
        asked = self._ending.reason if self._ending else None
        if asked is None and self.termination.asked and child.returncode != 0:
            asked = State.PREEMPTED  # who told the runner to end told the child, too
        self.conclude(watch.judge(child.returncode, asked, time.time()))

    def _fork(self, plan: Plan) -> int | None:
        """A child of the warm process; None where it must be executed after all."""
        for _ in range(2):  # the first warm process may have aged with our code
            self.warm.start(plan)
            while not (ready := self.warm.is_ready(POLL, self.termination)):
                if ready is None or self.termination.asked or self._requests():
                    return None
                self._beat()
            pid = self.warm.fork(plan, str(self.folder.log))
            if pid is not None:
                return pid
        return None

    def _follow(self, child: Child, plan: Plan) -> None:
        """Until the child and all it left behind are gone."""
        while not child.wait(self._patience(), self.termination):
            self._beat()
            self._obey(child, plan)
            self._read_metrics()
        keep = self._notifying | ({self.warm.pid} if self.warm.pid else set())
        left = sweep(at_once=self._ending is not None, keep=keep)
        if left:
            self._tell("swept", attempt=self.attempt.number, processes=left)

    def conclude(self, ended: Exit) -> None:
        """Write exit.json, whatever it takes: until then the run is not over."""
        reason = end_state(ended)
        goes_on = reason is State.PREEMPTED and self.termination.limit_is_near
        goes_on = goes_on and can_continue(self.spec.trial)
        if goes_on or wants_retry(self.spec, self.attempt.number, reason):
            # Asked for before it is over, so that nobody sees it given up in between.
            with suppress(MobiusError):
                self.again = request(self.folder, self.spec, self.attempt.number + 1)
                self.delay = delay_after(reason)
        while True:
            try:
                write_json(self.attempt.exit, ended.to_json())
                self.ended = ended
                break
            except MobiusError:
                if self.termination.asked or not self.attempt.path.exists():
                    return  # the machine goes down, or the folder was removed under our hands
                self._beat()
                time.sleep(1.0)
        for name in ("stop", "kill"):
            with suppress(OSError):
                (self.folder.control / name).unlink()
        moved = time.time() - self.started - (lasted() - self._born)
        if abs(moved) > CLOCK_MOVED:
            told = f"the clock was moved by {moved:+.0f} s meanwhile: times here are off by that"
            self._tell("warning", message=told)
        self._tell(
            reason,
            attempt=self.attempt.number,
            rc=ended.rc,
            signal=ended.signal,
            message=ended.message,
        )
        if self.again:
            self._tell("retried", attempt=self.again.attempt, after=reason)

    def _read_metrics(self) -> None:
        if self._metrics is None:
            return
        try:
            self._behind = self._metrics.poll()
        except MobiusError as error:
            self._give_metrics_up(error)
        else:
            self._tell_nonfinite(self._metrics.nonfinite)

    def _read_unread(self) -> None:
        """What the last attempt printed after its runner was killed: one that wrote how the
        attempt ended had read everything."""
        number = self.attempt.number
        if read_exit(self.folder.attempt(number - 1)) is not None:
            return
        try:
            read_unread(self.folder, self.spec.trial, number - 1, number, self._beat)
        except MobiusError as error:
            self._tell("warning", message=f"metrics of attempt {number - 1}: {error}")

    def _finish_metrics(self, whole: bool) -> None:
        if self._metrics is None:
            return
        try:
            self._metrics.finish(whole=whole)
        except MobiusError as error:
            self._give_metrics_up(error)
        else:
            self._tell_nonfinite(self._metrics.nonfinite)

    def _tell_nonfinite(self, words: str) -> None:
        if words and not self._has_told_nan:
            self._has_told_nan = True
            self._tell("nan", attempt=self.attempt.number, message=words)
            self._notify("nan", words)

    def _give_metrics_up(self, error: MobiusError) -> None:
        """The run itself is well: what it writes is still in its log."""
        self._metrics = None
        self._behind = False
        self._tell("warning", message=f"no more metrics: {error}")

    def _patience(self) -> float:
        if self._behind:
            return 0.0
        if self._ending and self._ending.signals:
            return min(POLL, self._ending.signals[0][0] - time.monotonic())
        return POLL

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten < HEARTBEAT_EVERY:
            return
        self._beaten = now
        with suppress(OSError):
            self.attempt.heartbeat.touch()
        if self._pace.look(now) and self._ending is None:
            self._tell_pace()

    def _tell_pace(self) -> None:
        """The child has fallen silent, or moves again."""
        with suppress(MobiusError, OSError):
            if not self._pace.stalled:
                self.attempt.stalled.unlink(missing_ok=True)
                self._tell("moving", attempt=self.attempt.number)
                return
            since = time.time() - self._pace.silent
            write_json(self.attempt.stalled, {"since": round(since, 3)})
        words = f"no metrics and no log for {self._pace.silent:.0f} s"
        self._tell("stalled", attempt=self.attempt.number, message=words)
        self._notify("stalled", words)

    def _notify(self, event: str, words: str) -> None:
        """Tell whoever wants to hear of something that is no end."""
        name, folder = self.spec.trial.name, self.folder.path
        variables = message(State.RUNNING, name, folder, words, event)
        with suppress(OSError):
            pid = tell_in_passing(self._settings, variables)
            if pid is not None:
                self._notifying.add(pid)

    def _tell(self, kind: str, **fields: Json) -> None:
        """Add an event if the disk takes it: a full one must not end a healthy run."""
        with suppress(MobiusError):
            events.append(self.folder, kind, **fields)

    def _obey(self, child: Child, plan: Plan) -> None:
        """Take up requests, then send the signals that are due."""
        requests = self._requests()
        late = plan.time_limit is not None and time.monotonic() - self._began > plan.time_limit
        reason = self._ending.reason if self._ending else None
        if "kill" in requests and reason is not State.KILLED:
            self._begin(State.KILLED, [(0.0, signal.SIGKILL)])
        elif reason is None and "stop" in requests:
            self._begin(State.STOPPED, escalation(plan))
        elif reason is None and late:
            self._begin(State.TIMEOUT, escalation(plan))
        elif reason is None and self.termination.asked:
            self._begin(State.PREEMPTED, escalation(plan))
        while self._ending and self._ending.signals:
            when, signum = self._ending.signals[0]
            if when > time.monotonic():
                break
            child.signal(signum)
            del self._ending.signals[0]

    def _requests(self) -> set[str]:
        """Names in control/; a folder that is gone asks for a kill: nothing can be kept."""
        try:
            os.stat(self.attempt.path)
            return list_names(self.folder.control)
        except FileNotFoundError:
            return {"kill"}
        except OSError:
            return set()  # a network disk that is away for a moment asks for nothing

    def _begin(self, reason: State, steps: list[tuple[float, signal.Signals]]) -> None:
        now = time.monotonic()
        self._ending = Ending(reason, [(now + delay, signum) for delay, signum in steps])
        self._tell("ending", attempt=self.attempt.number, reason=reason.value)


def lasted() -> float:
    """Seconds since boot, sleep included: what the wall clock would say if nobody set it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def escalation(plan: Plan) -> list[tuple[float, signal.Signals]]:
    """The stop signal now, TERM and KILL when the grace is over."""
    steps = [(0.0, plan.stop_signal)]
    if plan.stop_signal is not signal.SIGTERM:
        steps.append((plan.grace, signal.SIGTERM))
        return [*steps, (plan.grace + min(plan.grace, 10.0), signal.SIGKILL)]
    return [*steps, (plan.grace, signal.SIGKILL)]
