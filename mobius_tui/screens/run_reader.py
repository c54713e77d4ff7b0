"""Reads one run for its screen, in a worker thread: metrics and events, each byte once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textual.message import Message

from mobius_core.config.trial import Json
from mobius_core.metrics.table import MetricsTable
from mobius_core.runs import events, files
from mobius_core.runs.facts import read_exit, read_proc
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.process import Process, this_host
from mobius_tui.process_use import Use, use_of

Curve = tuple[Sequence[int], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a run. Times are unix seconds."""

    number: int
    host: str = ""
    where: str = ""
    pid: int = 0
    started: float | None = None
    ended: float | None = None
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class RunData:
    """What is in a run folder beyond the `Run`, at one moment."""

    curves: Mapping[str, Curve] = field(default_factory=dict)
    """metric -> (steps, values); copies, because the reader goes on while they are drawn"""
    seams: tuple[float, ...] = ()
    edition: int = 0
    """how often rows that stood in the curves have been replaced"""
    events: Sequence[Mapping[str, Json]] = ()
    env: Mapping[str, Json] = field(default_factory=dict)
    checkpoints: tuple[str, ...] = ()
    evaluation: Mapping[str, Json] = field(default_factory=dict)
    """what `mobius eval` found last"""
    attempts: tuple[Attempt, ...] = ()
    use: Use | None = None
    """what its living processes on this host take"""


class RunRead(Message):
    """A run was looked at, and something is new."""

    def __init__(self, run_id: str, data: RunData) -> None:
        super().__init__()
        self.run_id = run_id
        self.data = data


class RunReader:
    """Each `read` gives the run as it is now, or None where nothing is new."""

    def __init__(self, folder: Path) -> None:
        self._folder = RunFolder(folder)
        self._table = MetricsTable(self._folder.metrics)
        self._stamps: tuple[float, ...] | None = None
        self._host = this_host()
        self._child: Process | None = None

    def read(self) -> RunData | None:
        changed = self._table.refresh()
        folder = self._folder
        last = folder.attempt(folder.last_attempt()).path
        watched = (
            folder.events,
            folder.env,
            folder.checkpoints,
            folder.evaluation,
            folder.attempts,
            last,
        )
        stamps = tuple(modified(path) for path in watched)
        use = use_of(self._child) if self._child is not None else None
        if not changed and stamps == self._stamps and use is None:
            return None
        self._stamps = stamps
        attempts = tuple(self._attempt(number + 1) for number in range(folder.last_attempt()))
        return RunData(
            curves={name: copied(self._table.series(name)) for name in self._table.names},
            seams=tuple(map(float, self._table.seams)),
            edition=self._table.edition,
            events=events.read(folder),
            env=files.read_json(folder.env) or {},
            checkpoints=names(folder.checkpoints),
            evaluation=files.read_json(folder.evaluation) or {},
            attempts=attempts,
            use=use,
        )

    def _attempt(self, number: int) -> Attempt:
        """Also remembers the child of the last attempt, if it lives here."""
        folder = self._folder.attempt(number)
        proc = read_proc(folder)
        ended = read_exit(folder)
        self._child = None
        if proc is None:
            return Attempt(number)
        if proc.host == self._host and ended is None:
            self._child = proc.child
        return Attempt(
            number,
            proc.host.name,
            ", ".join(proc.devices),
            proc.child.pid if proc.child is not None else 0,
            proc.t,
            ended.t if ended is not None else None,
            ended.reason if ended is not None else "",
            ended.message if ended is not None else "",
        )


def copied(curve: Curve) -> Curve:
    steps, values = curve
    return steps[:], values[:]


def modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def names(folder: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(path.name for path in folder.iterdir()))
    except OSError:
        return ()
