"""The queue of one host: names in `queue/HOST/`, in the order in which they are to run.

A name is a hint made from the run folder, so that a pass costs one directory listing however many
runs a lab holds; the claim is the mkdir of `attempts/N`, and `mend` makes lost names anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mobius_core.runs.files import failing
from mobius_core.runs.folder import AttemptFolder, RunFolder
from mobius_core.runs.spec import QueuePlace

PRIORITY_RANGE = 500_000
"""Priorities are cut to +-this, so that their order is the order of six-digit names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A run that wants its next attempt."""

    run: str
    attempt: int
    place: QueuePlace

    @property
    def name(self) -> str:
        priority = max(-PRIORITY_RANGE, min(PRIORITY_RANGE, self.place.priority))
        return (
            f"{PRIORITY_RANGE - priority:07d}.{self.place.submitted_ns:020d}"
            f".{self.place.seq:06d}.{self.attempt}.{self.run}"
        )

    @classmethod
    def parse(cls, name: str) -> Entry | None:
        fields = name.split(".", 4)
        if len(fields) != 5 or not all(field.isdecimal() for field in fields[:4]):
            return None
        priority, submitted_ns, seq, attempt = map(int, fields[:4])
        place = QueuePlace(submitted_ns=submitted_ns, seq=seq, priority=PRIORITY_RANGE - priority)
        return cls(fields[4], attempt, place)


class Queue:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, entry: Entry) -> None:
        with failing("queue in", self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.folder / entry.name, os.O_CREAT | os.O_CLOEXEC, 0o666))

    def remove(self, entry: Entry) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self.folder / entry.name)

    def entries(self) -> list[Entry]:
        """In the order in which they are to run: priority, then who came first."""
        return list(self.in_order())

    def in_order(self) -> Iterator[Entry]:
        """The same one by one, for who needs only the first of many."""
        try:
            names = sorted(os.listdir(self.folder))
        except FileNotFoundError:
            return
        for name in names:
            entry = Entry.parse(name)
            if entry is not None:
                yield entry


def claim(folder: RunFolder, number: int) -> AttemptFolder | None:
    """Take attempt `number`; None when somebody else has it or the folder is gone.

    WorkFailed where the disk does not take it.
    """
    attempt = folder.attempt(number)
    with failing("make", attempt.path):
        try:
            attempt.path.mkdir()
        except (FileExistsError, FileNotFoundError):
            return None
    with suppress(OSError):  # from here on it is ours, and nobody else can give it back
        folder.touch()
    return attempt
