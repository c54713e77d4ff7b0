"""Taking back the last thing done to runs: a removal, or a change of tags, pins or notes."""

from __future__ import annotations

from dataclasses import dataclass

from mobius_core.errors import NotFound
from mobius_core.runs import journal, trash
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back."""

    what: str
    """`removal`, or the key of notes.json: tags, note, pin"""
    runs: tuple[Run, ...]
    """as they are now"""


def undo(lab: Lab) -> Undone:
    """Take back the newest change that is still known. NotFound where there is none."""
    removed, changed = trash.times(lab), journal.times(lab)
    if not removed and not changed:
        raise NotFound(
            f"nothing to undo in {lab.home}: nothing in the trash, no change of tags, pins, notes"
        )
    if removed and (not changed or removed[-1] > changed[-1]):
        return Undone("removal", trash.undo(lab))
    key, ids = journal.take_back(lab, changed[-1])
    return Undone(key, lab.read(ids))
