"""notes.json: what people say about a run. The last writer wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from mobius_core.config.trial import Json
from mobius_core.runs.files import read_json, write_json
from mobius_core.runs.lab import Lab, read_tags
from mobius_core.runs.run import Run


def tag(lab: Lab, run: Run, add: Sequence[str], remove: Sequence[str] = ()) -> None:
    """Add and remove tags; what is there already, or not there, is left alone."""
    notes = _read(lab, run)
    kept = [name for name in dict.fromkeys([*read_tags(notes), *add]) if name not in remove]
    _write(lab, run, {**notes, "tags": cast("list[Json]", kept)})


def note(lab: Lab, run: Run, text: str) -> None:
    """Replace the note; an empty text removes it."""
    _write(lab, run, {**_read(lab, run), "note": text})


def pin(lab: Lab, run: Run, pinned: bool = True) -> None:
    """A pinned run is not removed."""
    _write(lab, run, {**_read(lab, run), "pin": pinned})


def _read(lab: Lab, run: Run) -> dict[str, Json]:
    return read_json(lab.folder(run.id).notes) or {}


def _write(lab: Lab, run: Run, notes: dict[str, Json]) -> None:
    write_json(lab.folder(run.id).notes, notes)
