"""What notes.json said before each change, so that the last changes can be taken back.

`undo/TIME_NS.json`: one file for each change, of one key and of all the runs it was made on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from mobius_core.config.trial import Json
from mobius_core.errors import NotFound
from mobius_core.runs.files import failing, locked, read_json, write_json
from mobius_core.runs.lab import Lab

KEPT: Final = 100
"""Changes that can be taken back."""
SUFFIX: Final = ".json"


def journal_of(lab: Lab) -> Path:
    return lab.home / "undo"


def record(lab: Lab, key: str, before: Mapping[str, Json]) -> None:
    """Remember the values of a key by run id; null where a run had none."""
    folder = journal_of(lab)
    with failing("make", folder):
        folder.mkdir(parents=True, exist_ok=True)
    document: dict[str, Json] = {"schema": 1, "key": key, "before": dict(before)}
    write_json(folder / f"{time.time_ns()}{SUFFIX}", document)
    for time_ns in times(lab)[:-KEPT]:
        _forget(lab, time_ns)


def times(lab: Lab) -> list[int]:
    """When the changes were made that can be taken back, the oldest first."""
    try:
        names = os.listdir(journal_of(lab))
    except FileNotFoundError:
        return []
    stems = (name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
    return sorted(int(stem) for stem in stems if stem.isdecimal())


def take_back(lab: Lab, time_ns: int) -> tuple[str, tuple[str, ...]]:
    """Write what was there before the change of that time; the key and the ids of the runs.

    Runs that are gone are left out. NotFound where another process has taken it back already.
    """
    document = read_json(journal_of(lab) / f"{time_ns}{SUFFIX}") or {}
    key, before = document.get("key"), document.get("before")
    if not _forget(lab, time_ns):
        raise NotFound("nothing to undo: another process has just taken it back")
    if not isinstance(key, str) or not isinstance(before, dict):
        return "", ()
    there = [run_id for run_id in before if lab.folder(run_id).spec.exists()]
    with locked(lab.notes_lock):
        for run_id in there:
            folder = lab.folder(run_id)
            notes = read_json(folder.notes) or {}
            notes.pop(key, None)
            old = before[run_id]
            write_json(folder.notes, notes if old is None else {**notes, key: old})
    return key, tuple(there)


def _forget(lab: Lab, time_ns: int) -> bool:
    with suppress(FileNotFoundError):
        (journal_of(lab) / f"{time_ns}{SUFFIX}").unlink()
        return True
    return False
