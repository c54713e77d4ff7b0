"""notes.json: what people say about runs. The last writer wins; `runs.undo` takes changes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, cast

from mobius_core.config.trial import Json
from mobius_core.runs import journal
from mobius_core.runs.files import locked, read_json, write_json
from mobius_core.runs.lab import Lab, read_tags
from mobius_core.runs.run import Run

Key = Literal["tags", "note", "pin"]


def tag(lab: Lab, runs: Sequence[Run], add: Sequence[str], remove: Sequence[str] = ()) -> None:
    """Add and remove tags; what is there already, or not there, is left alone."""

    def changed(notes: dict[str, Json]) -> Json:
        kept = [name for name in dict.fromkeys([*read_tags(notes), *add]) if name not in remove]
        return cast("list[Json]", kept)

    _change(lab, runs, "tags", changed)


def note(lab: Lab, runs: Sequence[Run], text: str) -> None:
    """Replace the note; an empty text removes it."""
    _change(lab, runs, "note", lambda notes: text)


def pin(lab: Lab, runs: Sequence[Run], pinned: bool = True) -> None:
    """A pinned run is not removed."""
    _change(lab, runs, "pin", lambda notes: pinned)


def _change(
    lab: Lab, runs: Sequence[Run], key: Key, changed: Callable[[dict[str, Json]], Json]
) -> None:
    """Write the new value of one key for each run, after what it was is on the disk."""
    with locked(lab.notes_lock):
        known = {run.id: read_json(lab.folder(run.id).notes) or {} for run in runs}
        new = {run_id: changed(notes) for run_id, notes in known.items()}
        different = [run_id for run_id in known if new[run_id] != known[run_id].get(key)]
        if not different:
            return
        journal.record(lab, key, {run_id: known[run_id].get(key) for run_id in different})
        for run_id in different:
            write_json(lab.folder(run_id).notes, {**known[run_id], key: new[run_id]})
