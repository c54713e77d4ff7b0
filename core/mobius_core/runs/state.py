"""The state of a run: a pure function of what its folder says, who asks, and the time.

A dead run is never called running and a live one never dead; where this host cannot know, the
state is `unknown`.
"""

from __future__ import annotations

from mobius_core.runs.facts import Exit, Facts, Proc
from mobius_core.runs.process import Host
from mobius_core.runs.run import State
from mobius_core.runs.scheduler import Life, Snapshot

HEARTBEAT_EVERY = 10.0
"""Seconds between two touches of attempts/N/heartbeat."""
STALE = 60.0
"""Seconds of silence after which another host may be gone: six heartbeats, so that a network
disk that caches attributes for 30 s never makes a live run look dead."""


def state_of(facts: Facts, here: Host, now: float, scheduler: Snapshot | None = None) -> State:
    """`now` is unix seconds by the clock of the server that holds the folder.

    `scheduler` is what Slurm said before the facts were gathered; None where it was not asked or
    did not answer.
    """
    if facts.attempt == 0:
        return State.WAITING if facts.unmet else State.QUEUED
    if facts.exit:
        if facts.resume_asked:
            return State.WAITING if facts.unmet else State.QUEUED
        return end_state(facts.exit)
    if facts.proc is None:
        # Claimed, nothing recorded yet: a moment, unless the runner died in it.
        return State.STARTING if now - facts.claimed < STALE else after_silence(facts)
    if asks_scheduler(facts, here):
        return from_slurm(facts, facts.proc, now, scheduler)
    if facts.proc.host.name != here.name:
        return from_afar(facts, facts.proc, now)
    if facts.proc.host.boot_id != here.boot_id:
        return after_silence(facts)
    if facts.proc.host.pid_namespace != here.pid_namespace:
        return from_afar(facts, facts.proc, now)
    return from_here(facts, facts.proc)


def asks_scheduler(facts: Facts, here: Host) -> bool:
    """Whether a scheduler knows more of an unfinished attempt than this host does."""
    proc = facts.proc
    return facts.exit is None and proc is not None and proc.job is not None and proc.host != here


def end_state(ended: Exit) -> State:
    try:
        return State(ended.reason)
    except ValueError:
        return State.FAILED


def from_here(facts: Facts, proc: Proc) -> State:
    """This host can see the processes themselves."""
    if proc.child in facts.alive:
        return State.STOPPING if facts.stop_asked else State.RUNNING
    if proc.runner in facts.alive:
        # A recorded child that is gone leaves its runner to sweep up and to write exit.json.
        return State.STOPPING if proc.child else State.STARTING
    return after_silence(facts)


def from_slurm(facts: Facts, proc: Proc, now: float, scheduler: Snapshot | None) -> State:
    """On a node of a cluster: the scheduler speaks first, then the heartbeat."""
    life = scheduler.life(proc.job) if scheduler and proc.job else None
    silent = is_silent(facts, now)
    if life is Life.ENDED:
        # How it ended may still be on its way over a network disk.
        return after_silence(facts) if silent else State.STOPPING
    if life is Life.ALIVE:
        return of_the_living(facts, proc)
    if life is Life.ABSENT and silent:
        return after_silence(facts)
    return from_afar(facts, proc, now)


def from_afar(facts: Facts, proc: Proc, now: float) -> State:
    """Another host or container: only the heartbeat speaks."""
    return State.UNKNOWN if is_silent(facts, now) else of_the_living(facts, proc)


def is_silent(facts: Facts, now: float) -> bool:
    return now - max(facts.heartbeat, facts.claimed) > STALE


def of_the_living(facts: Facts, proc: Proc) -> State:
    """Of a runner that works on it where this host cannot see."""
    if proc.child is None:
        return State.STARTING
    return State.STOPPING if facts.stop_asked else State.RUNNING


def after_silence(facts: Facts) -> State:
    """Nobody is left; `resume` may have asked for a further attempt already."""
    if facts.resume_asked:
        return State.WAITING if facts.unmet else State.QUEUED
    return State.LOST
