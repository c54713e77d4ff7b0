"""What a lab takes on the disk, in bytes as `du` counts them: blocks, hard links once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run
from mobius_core.runs.trash import trash_of

BLOCK: Final = 512
"""Bytes of st_blocks, whatever the file system."""


@dataclass(frozen=True, slots=True)
class Size:
    """One part of a lab."""

    what: str
    """data, exports, runs, trash"""
    name: str
    """of a data set, an export or an experiment"""
    count: int
    size: int
    """bytes"""


def sizes(lab: Lab) -> tuple[Size, ...]:
    """Data sets, exports, the runs of each experiment, and the trash."""
    seen: set[tuple[int, int]] = set()
    found = [
        Size(what, path.name, 1, disk_use(path, seen))
        for what in ("data", "exports")
        for path in folders(lab.home / what)
    ]
    by_experiment: dict[str, list[Run]] = {}
    for run in lab.scan([]):
        by_experiment.setdefault(run.trial.experiment, []).append(run)
    for experiment, runs in sorted(by_experiment.items()):
        total = sum(disk_use(run.folder, seen) for run in runs)
        found.append(Size("runs", experiment, len(runs), total))
    removed = [path for batch in folders(trash_of(lab)) for path in folders(batch)]
    if removed:
        total = sum(disk_use(path, seen) for path in removed)
        found.append(Size("trash", "", len(removed), total))
    return tuple(found)


def folders(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from sorted(path for path in place.iterdir() if path.is_dir())


def disk_use(folder: Path, seen: set[tuple[int, int]]) -> int:
    """Bytes below a folder; `seen` holds (device, inode) of what was counted before."""
    total = 0
    for place, _, names in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in names)):
            try:
                status = os.lstat(path)
            except FileNotFoundError:
                continue  # replaced while we count
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                total += status.st_blocks * BLOCK
    return total
