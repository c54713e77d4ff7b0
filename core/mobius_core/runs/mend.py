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
from mobius_core.runs.scheduler import is_slurm
from mobius_core.runs.spec import QueuePlace


def mend(lab: Lab, runs: Iterable[Run]) -> None:
    """Queue every run of this host, or of a cluster, that waits for its next attempt and has no
    name in its queue."""
    pending = [run for run in runs if run.state.is_pending]
    sites = {run.host for run in pending if run.host == lab.site or is_slurm(run.host)}
    queued = {entry.run for site in sites for entry in lab.queue_of(site).entries()}
    for run in pending:
        if run.host not in sites or run.id in queued:
            continue
        spec = lab.spec(run.id)
        if spec is not None:
            place = resumed_place(RunFolder(run.folder)) or spec.queue
            lab.queue_of(run.host).add(Entry(run.id, run.attempt + 1, place))


def resumed_place(folder: RunFolder) -> QueuePlace | None:
    """Where `resume` put the run; None where it was not resumed, or its request is damaged."""
    request = read_json(folder.control / "resume") or {}
    try:
        return QueuePlace.from_json(cast("dict[str, Json]", request["queue"]))
    except (KeyError, TypeError, ValueError):
        return None
