"""Queueing trials: only what is missing, its data first, all of it or nothing."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from mobius_core.config import machine
from mobius_core.config.trial import Json, Trial
from mobius_core.errors import Refused
from mobius_core.runs import events
from mobius_core.runs.capacity import capacity_of
from mobius_core.runs.depend import Dependencies
from mobius_core.runs.detach import wake
from mobius_core.runs.environment import describe, git_state
from mobius_core.runs.files import encode, failing, locked, write_bytes
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab, make_folders
from mobius_core.runs.lost import tell_lost
from mobius_core.runs.missing import data_trials, is_built, missing
from mobius_core.runs.queue import Entry
from mobius_core.runs.run import Run
from mobius_core.runs.slots import impossible, need_of
from mobius_core.runs.snapshot import Snapshot, Snapshots, guest_folder
from mobius_core.runs.spec import QueuePlace, RunSpec

if TYPE_CHECKING:
    from mobius_core.runs.slurm_jobs import Workers

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What `submit` did."""

    queued: tuple[Run, ...] = ()
    builds: tuple[Run, ...] = ()
    """data builds queued with them"""
    already_done: tuple[Run, ...] = ()
    running: tuple[Run, ...] = ()
    already_queued: tuple[Run, ...] = ()
    jobs: tuple[str, ...] = ()
    """ids of the Slurm jobs submitted for them"""


def submit(
    lab: Lab,
    trials: Sequence[Trial],
    *,
    again: bool = False,
    priority: int | None = None,
    stop_on_fail: int | None = None,
    source: Path | None = None,
    workers: Workers | None = None,
) -> Submission:
    """Queue what is missing and see that a runner works on it.

    `workers` are jobs of a cluster that are to do it instead of runners of this host.

    `again` queues every trial, whatever the lab has; `priority` overrides resources.priority;
    `stop_on_fail` failures keep the rest of this submission from starting;
    `source` is the folder whose git state is recorded (the one around the lab by default).
    Refused where a trial needs more than this machine has or waits for what nobody will do.
    """
    if workers is None:
        refuse_impossible(lab, trials)
    make_folders(lab)
    environment = describe(source or lab.home.parent)
    with locked(lab.lock):
        runs = lab.scan()
        tell_lost(lab, runs)
        found = missing(lab, trials, again=again, runs=runs)
        specs, builds = make_specs(
            lab,
            found.new,
            runs,
            priority=priority,
            stop_on_fail=stop_on_fail,
            site=workers.site if workers else None,
        )
        write_runs(lab, specs, environment)
    if workers is None:
        wake(lab)
    jobs = workers.start(lab, found.new) if workers is not None and specs else ()
    made = lab.read(spec.id for spec in specs)
    return Submission(
        queued=tuple(run for run in made if run.id not in builds),
        builds=tuple(run for run in made if run.id in builds),
        already_done=found.already_done,
        running=found.running,
        already_queued=found.already_queued,
        jobs=jobs,
    )


def make_specs(
    lab: Lab,
    trials: Sequence[Trial],
    runs: Sequence[Run],
    *,
    priority: int | None = None,
    stop_on_fail: int | None = None,
    retried: Mapping[str, str] = NOTHING,
    site: str | None = None,
) -> tuple[list[RunSpec], set[str]]:
    """Specs of the trials and of the builds they need, and the ids of the latter.

    `retried` names, by key, the run that each trial repeats; `site` is whose queue they join,
    that of the lab by default.
    """
    builds = {
        trial.key: trial
        for wanted in trials
        for trial in data_trials(wanted)
        if not is_built(lab, trial)
    }
    pending = missing(lab, builds.values(), runs=runs)
    ordered = [*pending.new, *trials]
    now = time.time_ns()
    ids = make_ids(lab, ordered, now)
    dependencies = Dependencies(
        runs, dict(zip(ids, ordered, strict=True)), [*pending.running, *pending.already_queued]
    )
    highest = max((priority_of(trial, priority) for trial in trials), default=0)
    specs = [
        RunSpec(
            id=run_id,
            sweep=ids[0],
            queue=QueuePlace(
                submitted_ns=now,
                seq=seq,
                priority=highest if trial.kind == "build" else priority_of(trial, priority),
            ),
            host=site or lab.site,
            after=dependencies.of(trial),
            trial=trial,
            retry_of=retried.get(trial.key),
            stop_on_fail=stop_on_fail,
        )
        for seq, (run_id, trial) in enumerate(zip(ids, ordered, strict=True))
    ]
    return specs, set(ids[: len(pending.new)])


def refuse_impossible(lab: Lab, trials: Sequence[Trial]) -> None:
    """Refused where a trial needs more than this machine ever has."""
    capacity = capacity_of(lab.home)
    for trial in trials:
        reason = impossible(need_of(trial, capacity), capacity)
        if reason:
            raise Refused(f"{trial.name} asks for {reason}; lower it, or see `mobius slots`")


def priority_of(trial: Trial, override: int | None) -> int:
    return int(cast("int", trial.resources.get("priority", 0))) if override is None else override


def make_ids(lab: Lab, trials: Sequence[Trial], now_ns: int) -> list[str]:
    """20261121T140211-EXPERIMENT-4hex, each unlike any id of the lab.

    Those of an experiment are in the order of its trials, so that a list of runs is, too.
    """
    taken = set(os.listdir(lab.runs_dir))
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now_ns // 10**9))
    drawn: dict[str, list[str]] = {}
    for trial in trials:
        run_id = ""
        while not run_id or run_id in taken:
            run_id = f"{stamp}-{trial.experiment}-{os.urandom(2).hex()}"
        taken.add(run_id)
        drawn.setdefault(trial.experiment, []).append(run_id)
    in_order = {experiment: iter(sorted(ids)) for experiment, ids in drawn.items()}
    return [next(in_order[trial.experiment]) for trial in trials]


def write_runs(lab: Lab, specs: Sequence[RunSpec], environment: Mapping[str, Json]) -> None:
    """Make all folders beside their places, then move them there, then queue them."""
    hidden = {spec.id: RunFolder(lab.runs_dir / f".{spec.id}") for spec in specs}
    snapshots = Snapshots()
    source = str(environment.get("source") or "")
    python = machine.load(lab.home).train.python or sys.executable
    described: dict[str, bytes] = {}
    try:
        for spec in specs:
            folder = hidden[spec.id]
            with failing("make", folder.path):
                for path in (folder.attempts, folder.control, folder.checkpoints):
                    path.mkdir(parents=True)
            snapshot = snapshots.take(spec.trial, lab.home, source, python)
            cwd = guest_folder(spec.trial)
            alike = f"{cwd}\0{snapshot}"  # a diff of a megabyte is written often, encoded once
            if alike not in described:
                described[alike] = encode(with_guest(environment, snapshot, cwd)) + b"\n"
            write_bytes(folder.env, described[alike])
            spec.write(folder.spec)
            events.append(folder, "queued", after=list(spec.after), retry_of=spec.retry_of)
        for spec in specs:
            with failing("make", lab.folder(spec.id).path):
                hidden[spec.id].path.rename(lab.folder(spec.id).path)
    finally:
        for folder in hidden.values():
            shutil.rmtree(folder.path, ignore_errors=True)
    for spec in specs:
        lab.queue_of(spec.host).add(Entry(spec.id, 1, spec.queue))


def with_guest(environment: Mapping[str, Json], snapshot: Snapshot, cwd: str) -> dict[str, Json]:
    described = {**environment, "snapshot": dict(snapshot)}
    return {**described, "guest": git_state(Path(cwd))} if cwd else described
