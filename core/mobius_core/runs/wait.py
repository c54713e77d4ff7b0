"""Waiting for runs to end, as their folders tell it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from mobius_core.runs.again import retry_lost
from mobius_core.runs.detach import wake_idle
from mobius_core.runs.lab import Lab
from mobius_core.runs.lost import tell_lost
from mobius_core.runs.run import Run, State
from mobius_core.runs.scheduler import is_slurm

PAUSE = 0.2
"""Seconds between two looks; finished runs are not read again."""
WAKE_EVERY = 5.0
"""Seconds between two looks for a queue whose runners were killed."""


def wait(lab: Lab, ids: Sequence[str], seconds: float | None = None) -> tuple[Run, ...]:
    """The runs, once all have ended or nothing more will happen; or as they are after `seconds`."""
    runs: tuple[Run, ...] = ()
    for look in looks(lab, ids, seconds):
        runs = look
    return runs


def looks(
    lab: Lab, ids: Sequence[str], seconds: float | None = None, pause: float = PAUSE
) -> Iterator[tuple[Run, ...]]:
    """The runs as they are, again and again until none can change by itself.

    That is when each is over, or unknown (its host is silent), or waits for one that needs
    `resume`, or for workers of a cluster where none is left.
    """
    begin = woken = time.monotonic()
    while True:
        runs = lab.read(ids)
        tell_lost(lab, runs)
        if retry_lost(lab, runs):
            wake_idle(lab)
            runs = lab.read(ids)
        yield runs
        now = time.monotonic()
        if is_settled(lab, runs) or (seconds is not None and now - begin >= seconds):
            return
        if now - woken > WAKE_EVERY:
            wake_idle(lab)
            woken = now
        time.sleep(pause)


def is_settled(lab: Lab, runs: Sequence[Run]) -> bool:
    open_runs = [run for run in runs if not run.state.is_over and run.state is not State.UNKNOWN]
    return all(
        (run.state is State.WAITING and _waits_in_vain(lab, run)) or _has_no_worker(lab, run)
        for run in open_runs
    )


def _has_no_worker(lab: Lab, run: Run) -> bool:
    """Slurm knows of no job that would take it: they were cancelled, or it refused them."""
    if not (run.state.is_pending and is_slurm(run.host)):
        return False
    return lab.scheduler.workers(lab.home) == 0


def _waits_in_vain(lab: Lab, run: Run) -> bool:
    """What it waits for has ended without being done, and only a person can change that."""
    ids = run.waits_for.split(", ")
    others = lab.read(ids)
    return any(other.state.may_continue or other.state is State.UNKNOWN for other in others)
