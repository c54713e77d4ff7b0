"""A run as commands and screens see it: read from its folder, judged by `runs.state`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mobius_core.config.trial import Json, Trial


class State(StrEnum):
    """Where a run is in its life. The last eleven are how its last attempt ended."""

    QUEUED = "queued"
    WAITING = "waiting"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    LOST = "lost"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    KILLED = "killed"
    PREEMPTED = "preempted"
    OOM = "oom"
    TIMEOUT = "timeout"
    NAN = "nan"
    CONFIG = "config"
    IO = "io"
    DEPENDENCY = "dependency"

    @property
    def is_live(self) -> bool:
        """Somebody may still be working on it."""
        return self in LIVE

    @property
    def is_pending(self) -> bool:
        """No attempt yet."""
        return self in (State.QUEUED, State.WAITING)

    @property
    def may_continue(self) -> bool:
        """It ended without anybody asking: `resume --lost` takes it up."""
        return self in CONTINUABLE

    @property
    def is_over(self) -> bool:
        return not (self.is_live or self.is_pending)

    @property
    def ended_well(self) -> bool:
        """Done, or stopped because somebody asked."""
        return self in (State.DONE, State.STOPPED)


LIVE = frozenset({State.STARTING, State.RUNNING, State.STOPPING, State.UNKNOWN})
CONTINUABLE = frozenset({State.LOST, State.PREEMPTED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run folder at one moment. Times are unix seconds by the server's clock."""

    id: str
    folder: Path
    trial: Trial
    state: State
    host: str
    """where it was submitted, the only host whose runners claim it"""
    attempt: int
    """number of the last attempt, 0 before the first"""
    submitted: float
    priority: int = 0
    started: float | None = None
    ended: float | None = None
    rc: int | None = None
    message: str = ""
    """what the end of the last attempt said of itself"""
    warning: str = ""
    """what a person should know of the last attempt: other code than submitted, silence"""
    where: str = ""
    """device of the last attempt: `cpu 0`, `gpu 3`"""
    waits_for: str = ""
    """why it waits, in words"""
    result: Mapping[str, Json] | None = None
    """result.json, if there"""
    tags: tuple[str, ...] = ()
    note: str = ""
    pinned: bool = False
