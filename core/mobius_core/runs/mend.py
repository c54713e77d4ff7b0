"""Names in the queue that a crash left out, made anew from the run folders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from mobius_core.config.trial import Json
from mobius_core.runs.files import read_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.queue import Entry
from mobius_core.runs.run import Run
from mobius_core.runs.spec import QueuePlace


def mend(lab: Lab, runs: Iterable[Run]) -> None:
    """Queue every run of this host that waits for its next attempt and has no name there."""
    queued = {entry.run for entry in lab.queue.entries()}
    for run in runs:
        if not run.state.is_pending or run.host != lab.host.name or run.id in queued:
            continue
        spec = lab.spec(run.id)
        if spec is not None:
            place = resumed_place(RunFolder(run.folder)) or spec.queue
            lab.queue.add(Entry(run.id, run.attempt + 1, place))


def resumed_place(folder: RunFolder) -> QueuePlace | None:
    """Where `resume` put the run; None where it was not resumed, or its request is damaged."""
    request = read_json(folder.control / "resume") or {}
    try:
        return QueuePlace.from_json(cast("dict[str, Json]", request["queue"]))
    except (KeyError, TypeError, ValueError):
        return None
