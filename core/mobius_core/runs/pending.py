"""Ending runs that have not started: by a person, or because too many of their sweep failed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Final

from mobius_core.runs import events
from mobius_core.runs.facts import Exit
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.queue import claim
from mobius_core.runs.run import Run, State
from mobius_core.runs.spec import RunSpec

BAD: Final = frozenset({State.FAILED, State.OOM, State.TIMEOUT, State.NAN, State.CONFIG, State.IO})
"""Ends that count for `--stop-on-fail`."""


def end_pending(lab: Lab, run: Run, reason: State, message: str) -> bool:
    """End a run before it starts, by claiming its attempt; False when a runner was faster."""
    folder = RunFolder(run.folder)
    number = run.attempt + 1
    attempt = claim(folder, number)
    if attempt is None:
        return False
    write_json(attempt.exit, Exit(reason=reason, t=time.time(), message=message).to_json())
    (folder.control / "resume").unlink(missing_ok=True)
    queue = lab.queue_of(run.host)
    for entry in queue.entries():
        if entry.run == run.id:
            queue.remove(entry)
    events.append(folder, reason, attempt=number, message=message)
    return True


def stop_after_failures(lab: Lab, spec: RunSpec) -> int:
    """Stop what is left of a sweep once `stop_on_fail` of its runs have failed; gives how many."""
    if spec.stop_on_fail is None:
        return 0
    runs = list(of_sweep(lab, spec.sweep))
    failed = sum(run.state in BAD for run in runs)
    if failed < spec.stop_on_fail:
        return 0
    message = f"before it started: {failed} runs of its sweep failed"
    pending = [run for run in runs if run.state.is_pending and run.trial.kind != "build"]
    return sum(end_pending(lab, run, State.STOPPED, message) for run in pending)


def of_sweep(lab: Lab, sweep: str) -> Iterator[Run]:
    """One after the other: a runner has no room for the runs of a whole lab."""
    for name in os.listdir(lab.runs_dir):
        spec = None if name.startswith(".") else RunSpec.read(lab.folder(name).spec)
        if spec is not None and spec.sweep == sweep:
            yield from lab.read([name])
