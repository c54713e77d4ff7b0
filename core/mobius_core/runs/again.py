"""A further attempt in the same folder: asked for by a person, or by resources.retries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from mobius_core.config.trial import Json, Trial
from mobius_core.runs import events
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.queue import Entry
from mobius_core.runs.run import Run, State
from mobius_core.runs.spec import QueuePlace, RunSpec

RETRY_ON: Final = ("lost", "preempted")
AFTER_OOM: Final = 60.0
"""Seconds before a run that found no memory tries again: who took it must first leave."""


def request(folder: RunFolder, spec: RunSpec, number: int, seq: int = 0) -> Entry:
    """Ask for attempt `number`: the run is queued from now on. Gives its place in the queue,
    for the caller to add."""
    place = QueuePlace.now(seq, spec.queue.priority)
    document: dict[str, Json] = {"attempt": number, "queue": place.to_json()}
    # In one step with the folder's stamp, by which `runs.index` knows a finished run: killed in
    # between, the request would never be seen.
    write_json(folder.control / "resume", document, by_way_of=folder.path)
    return Entry(folder.id, number, place)


def queue_again(lab: Lab, run: Run, seq: int, event: str) -> None:
    """Queue the next attempt of a run that has ended."""
    folder = RunFolder(run.folder)
    spec = lab.spec(run.id)
    assert spec is not None  # it was read to make `run`
    entry = request(folder, spec, run.attempt + 1, seq)
    events.append(folder, event, attempt=entry.attempt, after=run.state.value)
    lab.queue_of(run.host).add(entry)


def can_continue(trial: Trial) -> bool:
    """Whether another attempt goes on where the last one ended, or at least starts over."""
    command = trial.tables.get("command")
    return not isinstance(command, dict) or command.get("resume", "never") != "never"


def wants_retry(spec: RunSpec, attempt: int, ended: State) -> bool:
    """Whether resources.retries and retry_on grant another attempt after `attempt`."""
    resources = spec.trial.resources
    retry_on = cast("list[Json]", resources.get("retry_on", list(RETRY_ON)))
    retries = int(cast("int", resources.get("retries", 0)))
    return attempt <= retries and ended.value in retry_on


def delay_after(ended: State) -> float:
    """Seconds to wait before the next attempt."""
    return AFTER_OOM if ended is State.OOM else 0.0


def retry_lost(lab: Lab, runs: Iterable[Run]) -> int:
    """Queue again what was lost on this host and may be retried: no runner is left to do it.

    What is lost on a cluster waits for `resume --lost`: a look must not submit jobs.
    """
    count = 0
    for run in runs:
        spec = lab.spec(run.id) if run.state is State.LOST else None
        if spec is None or run.host != lab.site:
            continue
        if wants_retry(spec, run.attempt, run.state):
            queue_again(lab, run, count, "retried")
            count += 1
    return count
