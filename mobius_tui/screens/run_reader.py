"""Reads one run for its screen, in a worker thread: metrics and events, each byte once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textual.message import Message

from mobius_core.config.trial import Json
from mobius_core.metrics.table import MetricsTable
from mobius_core.runs import events, files
from mobius_core.runs.folder import RunFolder

Curve = tuple[list[int], list[float]]


@dataclass(frozen=True, slots=True)
class RunData:
    """What is in a run folder beyond the `Run`, at one moment."""

    curves: Mapping[str, Curve] = field(default_factory=dict)
    """metric -> (steps, values); copies, because the reader goes on while they are drawn"""
    seams: tuple[float, ...] = ()
    events: Sequence[Mapping[str, Json]] = ()
    env: Mapping[str, Json] = field(default_factory=dict)
    checkpoints: tuple[str, ...] = ()


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

    def read(self) -> RunData | None:
        changed = self._table.refresh()
        folder = self._folder
        stamps = tuple(modified(path) for path in (folder.events, folder.env, folder.checkpoints))
        if not changed and stamps == self._stamps:
            return None
        self._stamps = stamps
        return RunData(
            curves={name: copied(self._table.series(name)) for name in self._table.names},
            seams=tuple(map(float, self._table.seams)),
            events=events.read(folder),
            env=files.read_json(folder.env) or {},
            checkpoints=names(folder.checkpoints),
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
