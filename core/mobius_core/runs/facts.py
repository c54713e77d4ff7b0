"""What a run folder says, gathered for `runs.state`: nothing is judged here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mobius_core.config.trial import Json
from mobius_core.runs.files import failing, read_json
from mobius_core.runs.folder import AttemptFolder, RunFolder
from mobius_core.runs.process import Host, Process
from mobius_core.runs.scheduler import Job


@dataclass(frozen=True, slots=True)
class Source:
    """Where a guest's metrics are read from, and where in that file its attempt began."""

    path: Path
    inode: int
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Proc:
    """proc.json: who works on an attempt, and where."""

    host: Host
    runner: Process
    child: Process | None = None
    devices: tuple[str, ...] = ()
    """`cpu 0`, `gpu 3`"""
    t: float = 0.0
    job: Job | None = None
    """the Slurm job that the runner is"""
    drift: str = ""
    """in what the run is another than was submitted"""
    source: Source | None = None

    def to_json(self) -> dict[str, Json]:
        document: dict[str, Json] = {
            "host": self.host.name,
            "boot_id": self.host.boot_id,
            "pid_namespace": self.host.pid_namespace,
            "runner": process_to_json(self.runner),
            "child": process_to_json(self.child) if self.child else None,
            "devices": list(self.devices),
            "t": self.t,
        }
        if self.job is not None:
            document["slurm"] = self.job.to_json()
        if self.drift:
            document["drift"] = self.drift
        if self.source is not None:
            source = self.source
            document["source"] = [str(source.path), source.inode, source.offset]
        return document

    @classmethod
    def from_json(cls, table: Mapping[str, Json]) -> Proc:
        child = cast("dict[str, int] | None", table["child"])
        job = cast("dict[str, Json] | None", table.get("slurm"))
        return cls(
            host=Host(str(table["host"]), str(table["boot_id"]), str(table["pid_namespace"])),
            runner=Process(**cast("dict[str, int]", table["runner"])),
            child=Process(**child) if child else None,
            devices=tuple(str(name) for name in cast("list[Json]", table["devices"])),
            t=float(cast("float", table["t"])),
            job=Job.from_json(job) if job else None,
            drift=str(table.get("drift") or ""),
            source=source_from_json(table.get("source")),
        )


def source_from_json(value: Json) -> Source | None:
    if not isinstance(value, list):
        return None
    path, inode, offset = value
    return Source(Path(str(path)), int(cast("int", inode)), int(cast("int", offset)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Exit:
    """exit.json: how an attempt ended. `reason` is a value of State."""

    reason: str
    t: float
    rc: int | None = None
    signal: int | None = None
    message: str = ""

    def to_json(self) -> dict[str, Json]:
        return {
            "rc": self.rc,
            "signal": self.signal,
            "reason": self.reason,
            "t": self.t,
            "message": self.message,
        }

    @classmethod
    def from_json(cls, table: Mapping[str, Json]) -> Exit:
        return cls(
            reason=str(table["reason"]),
            t=float(cast("float", table["t"])),
            rc=cast("int | None", table["rc"]),
            signal=cast("int | None", table["signal"]),
            message=str(table.get("message", "")),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """One run folder at one moment."""

    attempt: int = 0
    """last attempt claimed, 0 before the first"""
    claimed: float = 0.0
    """when, by the server's clock"""
    proc: Proc | None = None
    exit: Exit | None = None
    heartbeat: float = 0.0
    """by the server's clock; 0 when there was none"""
    alive: frozenset[Process] = frozenset()
    """those of the recorded processes that live on this host now"""
    silent_since: float | None = None
    """of a child that has stalled"""
    stop_asked: bool = False
    resume_asked: bool = False
    """a further attempt is wanted"""
    unmet: tuple[str, ...] = ()
    """ids of runs that are waited for and not done"""


def gather(folder: RunFolder, here: Host, unmet: tuple[str, ...] = ()) -> Facts:
    """Read the dynamic files of a run folder: its last attempt and its requests.

    WorkFailed where the disk does not let us.
    """
    with failing("read", folder.path):
        return _gather(folder, here, unmet)


def _gather(folder: RunFolder, here: Host, unmet: tuple[str, ...]) -> Facts:
    number = folder.last_attempt()
    requests = list_names(folder.control)
    resume_asked = "resume" in requests
    if not number:
        return Facts(resume_asked=resume_asked, unmet=unmet)
    attempt = folder.attempt(number)
    ended = read_exit(attempt)
    proc = read_proc(attempt)
    alive = living(proc, here) if proc and not ended else frozenset()
    if not ended and proc and not alive:
        # The runner may have written it after the first look and before the second.
        ended = read_exit(attempt)
    return Facts(
        attempt=number,
        claimed=modified(attempt.path),
        proc=proc,
        exit=ended,
        heartbeat=0.0 if ended else modified(attempt.heartbeat),
        alive=alive,
        silent_since=read_stall(attempt) if alive else None,
        stop_asked=bool({"stop", "kill"} & requests),
        resume_asked=resume_asked,
        unmet=unmet,
    )


def living(proc: Proc, here: Host) -> frozenset[Process]:
    """The recorded processes that live; none where their pids mean nothing on this host."""
    if proc.host != here:
        return frozenset()
    recorded = [proc.runner] + ([proc.child] if proc.child else [])
    return frozenset(process for process in recorded if process.is_alive())


def read_proc(attempt: AttemptFolder) -> Proc | None:
    """None where it is absent, or not what a runner writes."""
    try:
        return Proc.from_json(read_json(attempt.proc) or {})
    except (KeyError, TypeError, ValueError):
        return None


def read_stall(attempt: AttemptFolder) -> float | None:
    since = (read_json(attempt.stalled) or {}).get("since")
    return float(since) if isinstance(since, (int, float)) else None


def read_exit(attempt: AttemptFolder) -> Exit | None:
    """None where it is absent, or not what a runner writes."""
    try:
        return Exit.from_json(read_json(attempt.exit) or {})
    except (KeyError, TypeError, ValueError):
        return None


def list_names(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except FileNotFoundError:
        return set()


def modified(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0


def process_to_json(process: Process) -> dict[str, Json]:
    return {"pid": process.pid, "start": process.start}
