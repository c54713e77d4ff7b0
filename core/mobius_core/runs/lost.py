"""Runs that ended without anybody noticing: put in order once, by whoever finds them first."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from mobius_core.config import machine
from mobius_core.errors import MobiusError
from mobius_core.runs import events, notify
from mobius_core.runs.facts import read_proc
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.leftovers import end_marked
from mobius_core.runs.run import Run, State

LONGEST = 1 << 26
"""Bytes of a log that are read again in passing, in a second or two: a larger one waits for the
next attempt."""


def tell_lost(lab: Lab, runs: Iterable[Run]) -> int:
    """For each run that was lost: end what it left behind on this host, read what it printed
    last, write the event `lost` and tell whoever wants to hear. Gives how many were new.

    The file attempts/N/lost, which only one process can make, says that it is done.
    """
    new = [run for run in runs if run.state is State.LOST and mark(run)]
    for run in new:
        with suppress(MobiusError, OSError):  # what the disk refuses, the next attempt does
            put_in_order(lab, run)
        with suppress(MobiusError, OSError):
            tell(lab, run)
    return len(new)


def mark(run: Run) -> bool:
    path = RunFolder(run.folder).attempt(run.attempt).lost
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    except OSError:  # told already, or the disk takes nothing
        return False
    return True


def put_in_order(lab: Lab, run: Run) -> None:
    folder = RunFolder(run.folder)
    proc = read_proc(folder.attempt(run.attempt))
    if proc is None or proc.host != lab.host:
        return
    # A worker that fled with the memory of a GPU keeps it from the next run.
    end_marked(folder)
    if proc.source is not None and proc.source.path.stat().st_size < LONGEST:
        # Here, because parsers cost a look at a lab 10 ms.
        from mobius_core.runs.unread import read_unread

        read_unread(folder, run.trial, run.attempt, last=run.attempt)


def tell(lab: Lab, run: Run) -> None:
    text = run.message or "neither runner nor child is alive, and nothing says how it ended"
    variables = notify.message(run.state, run.trial.name, run.folder, text)
    events.append(RunFolder(run.folder), run.state, attempt=run.attempt, message=text)
    settings = machine.load(lab.home).notify
    with open(lab.home / "runner.log", "ab") as log:
        notify.tell_in_passing(settings, variables, log.fileno())
