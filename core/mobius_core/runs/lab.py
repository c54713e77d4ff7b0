"""A lab: the folder that holds data sets and runs, and the runs in it as they are now."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mobius_core.config.trial import Json
from mobius_core.errors import NotFound, UsageError, WorkFailed
from mobius_core.runs.facts import Facts, gather, read_exit
from mobius_core.runs.files import failing, read_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.process import Host, this_host
from mobius_core.runs.queue import Queue
from mobius_core.runs.run import Run, State
from mobius_core.runs.spec import RunSpec
from mobius_core.runs.state import state_of

SETTLED = 2.0
"""Seconds since the last change before a finished folder is believed to stay so: longer than the
coarsest time stamp of a disk (1 s), so that a change in the same tick is not missed."""


@dataclass(frozen=True, slots=True)
class Cached:
    stamp: int
    run: Run


class Lab:
    """Reads run folders, each time anew; finished ones are remembered by their time stamps."""

    def __init__(self, home: Path, site: str | None = None) -> None:
        self.home = home
        self.runs_dir = home / "runs"
        self.data_dir = home / "data"
        self._runs = str(self.runs_dir)
        self.host: Host = this_host()
        self.site = site or self.host.name
        """whose queue runs of ours are put into and claimed from: this host's, or `slurm:NAME`"""
        self._specs: dict[str, RunSpec] = {}
        self._finished: dict[str, Cached] = {}

    @property
    def queue(self) -> Queue:
        """Of this host, or in a job of a cluster of that: only its own runners claim from it."""
        return self.queue_of(self.site)

    def queue_of(self, site: str) -> Queue:
        """`site` is the `host` of a run."""
        return Queue(self.home / "queue" / site)

    @property
    def slots_dir(self) -> Path:
        return self.home / "slots" / self.site

    @property
    def lock(self) -> Path:
        """Held while runs are added, so that two submissions queue a trial once."""
        return self.home / "lock"

    @property
    def queue_lock(self) -> Path:
        """Held during a pass, so that runners take runs in their order."""
        return self.slots_dir / "queue"

    def folder(self, run_id: str) -> RunFolder:
        return RunFolder(self.runs_dir / run_id)

    def scan(self, trouble: list[str] | None = None) -> tuple[Run, ...]:
        """Every run, oldest first. Never reads metrics or logs.

        WorkFailed where the disk does not let us read one. Who only looks gives a list: folders
        that cannot be read, or hold another's run, are then left out and say there why.
        """
        try:
            names = sorted(os.listdir(self.runs_dir))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise WorkFailed(f"cannot read {self.runs_dir}: {error.strerror}") from error
        for name in self._specs.keys() - set(names):
            del self._specs[name]
            self._finished.pop(name, None)
        visible = [name for name in names if not name.startswith(".")]
        return self.read(visible) if trouble is None else self._read_what_can_be(visible, trouble)

    def read(self, ids: Iterable[str]) -> tuple[Run, ...]:
        """These runs as they are now; folders that are gone are left out."""
        look = Look(self)
        return tuple(run for run_id in ids if (run := self._read_one(run_id, look)) is not None)

    def spec(self, run_id: str) -> RunSpec | None:
        known = self._specs.get(run_id)
        if known is None:
            known = RunSpec.read(self.folder(run_id).spec)
            if known is not None:
                self._specs[run_id] = known
        return known

    def find(self, selector: str) -> tuple[Run, ...]:
        """Runs by id, unique prefix of one, trial name, experiment name or `@last`.

        A name means the latest run of each trial. NotFound where nothing matches, UsageError for
        a prefix of several.
        """
        if not selector:
            raise UsageError("an empty RUN means none: give an id, a trial, an experiment or @last")
        runs = self.scan([])
        if selector == "@last" and runs:
            return (max(runs, key=lambda run: run.submitted),)
        named = [run for run in runs if selector in (run.trial.name, run.trial.experiment)]
        if named:
            return latest(named)
        matching = [run for run in runs if run.id.startswith(selector)]
        exact = [run for run in matching if run.id == selector]
        if len(matching) > 1 and not exact:
            raise UsageError(f"{selector!r} begins {len(matching)} run ids; write more of it")
        if not matching:
            raise NotFound(
                f"no run, trial or experiment {selector!r} in {self.home}; "
                "`mobius status` lists them"
            )
        return tuple(exact or matching)

    def _read_what_can_be(self, names: Iterable[str], trouble: list[str]) -> tuple[Run, ...]:
        look = Look(self)
        runs = []
        for name in names:
            try:
                run = self._read_one(name, look)
            except (WorkFailed, OSError) as error:
                trouble.append(str(error))
                continue
            if run is not None:
                runs.append(run)
            elif self.folder(name).spec.exists():
                trouble.append(f"{self.folder(name).spec} is no specification of this version")
        return tuple(runs)

    def _read_one(self, run_id: str, look: Look) -> Run | None:
        stamp = time_stamp(f"{self._runs}/{run_id}")
        cached = self._finished.get(run_id)
        if cached is not None and cached.stamp == stamp:
            return cached.run
        folder = self.folder(run_id)
        spec = self.spec(run_id)
        if spec is None or stamp is None:
            return None
        facts = gather(folder, self.host, look.unmet(spec))
        now = look.server_now if is_foreign(facts, self.host) else look.now
        run = make_run(folder, spec, facts, state_of(facts, self.host, now))
        if facts.exit and run.state.is_over and look.now - stamp / 1e9 > SETTLED:
            self._finished[run_id] = Cached(stamp, run)
        return run


class Look:
    """One look at several runs: what they share is asked once."""

    def __init__(self, lab: Lab) -> None:
        self.now = time.time()
        self._lab = lab
        self._done: dict[str, bool] = {}

    @cached_property
    def server_now(self) -> float:
        """Now, by the clock that stamps the files of the lab; ours where they cannot be made."""
        probe = self._lab.home / f".clock-{self._lab.host.name}"
        try:
            probe.touch()
            return probe.stat().st_mtime
        except OSError:
            return self.now

    def unmet(self, spec: RunSpec) -> tuple[str, ...]:
        """Ids of runs that the run waits for and that are not done."""
        return tuple(run_id for run_id in spec.after if not self._is_done(run_id))

    def _is_done(self, run_id: str) -> bool:
        if run_id not in self._done:
            folder = self._lab.folder(run_id)
            number = folder.last_attempt()
            ended = read_exit(folder.attempt(number)) if number else None
            self._done[run_id] = ended is not None and ended.reason == State.DONE
        return self._done[run_id]


def latest(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The last submitted run of each trial name, in the order of the first ones."""
    by_name: dict[str, Run] = {}
    for run in runs:
        known = by_name.get(run.trial.name)
        if known is None or run.submitted >= known.submitted:
            by_name[run.trial.name] = run
    return tuple(by_name.values())


def is_foreign(facts: Facts, here: Host) -> bool:
    return (
        facts.attempt > 0 and facts.exit is None and (facts.proc is None or facts.proc.host != here)
    )


def time_stamp(path: str) -> int | None:
    """When an entry of the folder last changed; None when it is gone.

    A single system call for each finished run, so whoever changes something deeper down (a claim,
    a request to resume) touches the folder too.
    """
    try:
        return os.stat(path).st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return None


def make_run(folder: RunFolder, spec: RunSpec, facts: Facts, state: State) -> Run:
    notes: Mapping[str, Json] = read_json(folder.notes) or {}
    proc, ended = facts.proc, facts.exit
    return Run(
        id=folder.id,  # of a copy made by hand, too
        folder=folder.path,
        trial=spec.trial,
        state=state,
        host=spec.host,
        attempt=facts.attempt,
        submitted=spec.queue.submitted_ns / 1e9,
        priority=spec.queue.priority,
        started=proc.t if proc else None,
        ended=ended.t if ended else None,
        rc=ended.rc if ended else None,
        message=ended.message if ended else "",
        where=", ".join(proc.devices) if proc else "",
        waits_for=", ".join(facts.unmet) if state is State.WAITING else "",
        result=read_json(folder.result),
        tags=read_tags(notes),
        note=str(notes.get("note", "")),
        pinned=bool(notes.get("pin", False)),
    )


def read_tags(notes: Mapping[str, Json]) -> tuple[str, ...]:
    """Of notes.json, which people edit too."""
    tags = notes.get("tags")
    return tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()


def make_folders(lab: Lab) -> None:
    """The lab's folders, made if need be; WorkFailed where the home cannot be written."""
    for path in (lab.runs_dir, lab.data_dir, lab.queue.folder, lab.slots_dir):
        with failing("make", path):
            path.mkdir(parents=True, exist_ok=True)
