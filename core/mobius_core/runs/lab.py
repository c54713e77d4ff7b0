"""A lab: the folder that holds data sets and runs, and the runs in it as they are now."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mobius_core.config.trial import Json
from mobius_core.errors import NotFound, UsageError, WorkFailed
from mobius_core.runs.document import document_of
from mobius_core.runs.facts import Facts, gather, read_exit
from mobius_core.runs.files import failing, read_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.index import Finished, load, place, save, stamp_of
from mobius_core.runs.process import Host, this_host
from mobius_core.runs.queue import Queue
from mobius_core.runs.run import Run, State
from mobius_core.runs.scheduler import Life, Snapshot
from mobius_core.runs.spec import RunSpec
from mobius_core.runs.state import asks_scheduler, state_of

if TYPE_CHECKING:
    from mobius_core.runs.slurm import Scheduler

SETTLED = 2.0
"""Seconds since the last change before a finished folder is believed to stay so: longer than the
coarsest time stamp of a disk (1 s), so that a change in the same tick is not missed."""


ENOUGH = 32
"""Finished runs that the index lacks or has wrongly, before it is written anew: reading as many
takes 5 ms, writing 5,000 takes 60."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A lab at one moment, as text where nothing more is needed."""

    documents: tuple[str, ...]
    """of every run, oldest first, what `document_of` gives as JSON"""
    fresh: tuple[Run, ...]
    """those read anew: every run that is not finished is among them"""


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
        self._inodes: dict[str, str] = {}
        self._finished: dict[str, Finished] = {}
        self._rests: dict[str, Mapping[str, object]] = {}
        self._index: Path | None = None
        self._unsaved = 0

    @cached_property
    def scheduler(self) -> Scheduler:
        """Of the cluster here, asked at most every ten seconds."""
        from mobius_core.runs.slurm import Scheduler  # it starts programs: most labs need none

        return Scheduler()

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
    def notes_lock(self) -> Path:
        """Held while one key of notes.json is changed, so that a tag does not bring back the note
        that was there before."""
        return self.home / "notes-lock"

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
        runs = tuple(map(self._as_run, self._look(Look(self), trouble)))
        self._save_index()
        return runs

    def survey(self, trouble: list[str]) -> Survey:
        """Every run as text: much less work than `scan` where most are finished."""
        documents, fresh = [], []
        for known in self._look(Look(self), trouble):
            if isinstance(known, Finished):
                documents.append(known.text)
            else:
                documents.append(json.dumps(document_of(known), allow_nan=False))
                fresh.append(known)
        self._save_index()
        return Survey(tuple(documents), tuple(fresh))

    def read(self, ids: Iterable[str]) -> tuple[Run, ...]:
        """These runs as they are now; folders that are gone are left out."""
        look = Look(self)
        found = (self._known(run_id) or self._read_folder(run_id, look) for run_id in ids)
        return tuple(self._as_run(known) for known in found if known is not None)

    def spec(self, run_id: str) -> RunSpec | None:
        known = self._specs.get(run_id)
        if known is None:
            known = RunSpec.read(self.folder(run_id).spec)
            if known is not None:
                self._specs[run_id] = known
        return known

    def find(self, selector: str) -> tuple[Run, ...]:
        """Runs by id, unique prefix of one, trial name, experiment name or `@last`.

        A name means the latest run of each trial; of one submission the last trial is the last, and
        never the build of its data. NotFound where nothing matches, UsageError for
        a prefix of several.
        """
        if not selector:
            raise UsageError("an empty RUN means none: give an id, a trial, an experiment or @last")
        runs = self.scan([])
        if selector == "@last" and runs:
            return (max(runs, key=lambda run: (run.submitted, run.trial.kind != "build", run.id)),)
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

    def _look(self, look: Look, trouble: list[str] | None) -> Iterator[Finished | Run]:
        """Each run of the lab; a folder that cannot be read is named in `trouble`, or an error."""
        for name in self._names():
            try:
                known = self._known(name) or self._read_folder(name, look)
            except (WorkFailed, OSError) as error:
                if trouble is None:
                    raise
                trouble.append(str(error))
                continue
            if known is not None:
                yield known
            elif trouble is not None and self.folder(name).spec.exists():
                trouble.append(f"{self.folder(name).spec} is no specification of this version")

    def _names(self) -> list[str]:
        """Of all run folders, sorted; what is gone is forgotten."""
        try:
            names = sorted(name for name in os.listdir(self.runs_dir) if not name.startswith("."))
        except FileNotFoundError:
            names = []
        except OSError as error:
            raise WorkFailed(f"cannot read {self.runs_dir}: {error.strerror}") from error
        if self._index is None:
            self._index = place(self.home, self.host)
            self._finished = load(self._index, self.home) | self._finished
        for name in (self._specs.keys() | self._finished.keys()) - set(names):
            self._forget(name)
        return names

    def _save_index(self) -> None:
        if self._unsaved >= ENOUGH and self._index is not None:
            save(self._index, self.home, self._finished)
            self._unsaved = 0

    def _as_run(self, known: Finished | Run) -> Run:
        return known.run(self._rests) if isinstance(known, Finished) else known

    def _known(self, run_id: str) -> Finished | None:
        """What is remembered of a finished run, where its folder is as it was then."""
        known = self._finished.get(run_id)
        if known is None or known.is_as_it_was(f"{self._runs}/{run_id}"):
            return known
        self._forget(run_id)  # its specification too: a folder may be replaced by another
        return None

    def _forget(self, run_id: str) -> None:
        self._specs.pop(run_id, None)
        self._inodes.pop(run_id, None)
        if self._finished.pop(run_id, None) is not None:
            self._unsaved += 1

    def _read_folder(self, run_id: str, look: Look) -> Run | None:
        stamp = stamp_of(f"{self._runs}/{run_id}")  # before all that it is to vouch for
        if self._inodes.setdefault(run_id, stamp.inode) != stamp.inode:
            self._forget(run_id)
        folder = self.folder(run_id)
        spec = self.spec(run_id)
        if spec is None or not stamp.folder:
            return None
        facts = gather(folder, self.host, look.unmet(spec))
        scheduler = look.scheduler if asks_scheduler(facts, self.host) else None
        if scheduler is not None:
            # An end that was written before the scheduler spoke must be among the facts.
            facts = gather(folder, self.host, look.unmet(spec))
        now = look.server_now if is_foreign(facts, self.host) else look.now
        state = state_of(facts, self.host, now, scheduler)
        told = self._told(facts, state, scheduler) if scheduler is not None else ""
        run = make_run(folder, spec, facts, state, told)
        if facts.exit and run.state.is_over and look.server_now - stamp.newest > SETTLED:
            self._finished[run_id] = Finished(stamp, run)
            self._unsaved += 1
        return run

    def _told(self, facts: Facts, state: State, scheduler: Snapshot) -> str:
        """What Slurm calls the end of a job that told nobody: NODE_FAIL, OUT_OF_MEMORY."""
        job = facts.proc.job if facts.proc else None
        life = scheduler.life(job) if job else None
        if job is None or life in (None, Life.ALIVE):
            return ""
        if life is Life.ENDED:
            return f"Slurm says {scheduler.says(job)} of job {job.id}"
        word = self.scheduler.accounted(job) if state is State.LOST else ""
        return f"Slurm's accounting says {word} of job {job.id}" if word else ""


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

    @cached_property
    def scheduler(self) -> Snapshot | None:
        """What Slurm says of jobs; None where it cannot be asked."""
        return self._lab.scheduler.snapshot()

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


def make_run(
    folder: RunFolder,
    spec: RunSpec,
    facts: Facts,
    state: State,
    told: str = "",
) -> Run:
    """`told` is what a scheduler says of an end that nobody wrote."""
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
        message=ended.message if ended else told,
        warning=warning_of(facts),
        where=", ".join(proc.devices) if proc else "",
        waits_for=", ".join(facts.unmet) if state is State.WAITING else "",
        result=read_json(folder.result),
        tags=read_tags(notes),
        note=str(notes.get("note", "")),
        pinned=bool(notes.get("pin", False)),
    )


def warning_of(facts: Facts) -> str:
    words = []
    if facts.silent_since is not None:
        since = time.strftime("%H:%M:%S", time.localtime(facts.silent_since))
        words.append(f"stalled: silent since {since}")
    if facts.proc and facts.proc.drift:
        words.append(f"drift: {facts.proc.drift}")
    return "; ".join(words)


def read_tags(notes: Mapping[str, Json]) -> tuple[str, ...]:
    """Of notes.json, which people edit too."""
    tags = notes.get("tags")
    return tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()


def make_folders(lab: Lab) -> None:
    """The lab's folders, made if need be; WorkFailed where the home cannot be written."""
    for path in (lab.runs_dir, lab.data_dir, lab.queue.folder, lab.slots_dir):
        with failing("make", path):
            path.mkdir(parents=True, exist_ok=True)
