"""Removed runs: put aside whole, so that `undo` brings them back, and deleted a week later.

`trash/TIME_NS/ID`: one folder for each removal. Moved by rename, so a run is here or there.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mobius_core.errors import NotFound, Refused
from mobius_core.runs.files import failing
from mobius_core.runs.lab import Lab
from mobius_core.runs.living import refuse_living
from mobius_core.runs.run import Run

KEPT: Final = 7 * 86400.0
"""Seconds in the trash; the next removal then deletes for good."""


def trash_of(lab: Lab) -> Path:
    return lab.home / "trash"


def remove(lab: Lab, runs: Sequence[Run]) -> tuple[Run, ...]:
    """Put runs that are over into the trash. Refused for others and for pinned ones."""
    for run in runs:
        if run.pinned:
            raise Refused(f"{run.id} is pinned; `mobius pin --off {run.id}` first")
        refuse_living(lab, run)
    _delete_old(lab)
    if runs:
        batch = trash_of(lab) / str(time.time_ns())
        with failing("remove to", batch):
            batch.mkdir(parents=True)
        for run in runs:
            with failing("remove", run.folder):
                run.folder.rename(batch / run.id)
    return tuple(runs)


def times(lab: Lab) -> list[int]:
    """When the removals were that can be undone, in nanoseconds, the oldest first."""
    return [int(batch.name) for batch in _batches(lab)]


def undo(lab: Lab) -> tuple[Run, ...]:
    """Bring back the runs of the last removal. NotFound where the trash is empty."""
    batches = _batches(lab)
    if not batches:
        raise NotFound(f"nothing to undo: {trash_of(lab)} is empty")
    batch = batches[-1]
    names = sorted(os.listdir(batch))
    with failing("bring back", batch):
        lab.runs_dir.mkdir(parents=True, exist_ok=True)
        for name in names:
            os.rename(batch / name, lab.runs_dir / name)
        batch.rmdir()
    return lab.read(names)


def empty(lab: Lab) -> int:
    """Delete what is in the trash for good; gives the number of runs."""
    batches = _batches(lab)
    count = sum(len(os.listdir(batch)) for batch in batches)
    for batch in batches:
        _delete(batch)
    return count


def _batches(lab: Lab) -> list[Path]:
    """Oldest first."""
    folder = trash_of(lab)
    if not folder.is_dir():
        return []
    names = [name for name in os.listdir(folder) if name.isdecimal()]
    return [folder / name for name in sorted(names, key=int)]


def _delete_old(lab: Lab) -> None:
    for batch in _batches(lab):
        if time.time() - int(batch.name) / 1e9 > KEPT:
            _delete(batch)


def _delete(batch: Path) -> None:
    with failing("delete", batch):
        shutil.rmtree(batch)
