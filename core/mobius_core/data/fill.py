"""Appending chunks of rows to the columns of a data set that grows."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mobius_core.data.column import Columns
from mobius_core.data.place import PROGRESS
from mobius_core.data.sample import Rows
from mobius_core.runs.files import write_json

SYNC_EVERY: Final = 5.0
"""Seconds of work that a power cut may cost; syncing each chunk would slow the build by a tenth."""
TYPES: Final[Mapping[str, DTypeLike]] = {"n": np.uint64, "mu": np.int8}
LABELLED: Final[Mapping[str, DTypeLike]] = {**TYPES, "label": np.int64}


class LabelledRows(NamedTuple):
    """Rows of a file: columns of equal length."""

    n: NDArray[np.uint64]
    mu: NDArray[np.int8]
    label: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    """rows on file"""
    rows: int
    """rows in all"""
    rate: float
    """rows a second, of this attempt"""

    @property
    def left(self) -> float:
        """Seconds."""
        return (self.rows - self.done) / self.rate if self.rate else 0.0


def fill(
    partial: Path, columns: Columns, chunks: Iterable[Rows | LabelledRows]
) -> Generator[Progress, None, None]:
    """Append the chunks, noting now and then how far the disk has them for certain."""
    kept = done = columns.kept
    started = synced = time.monotonic()

    def keep() -> None:
        columns.sync()
        write_json(partial / PROGRESS, {"rows": done})

    for chunk in chunks:
        columns.append(*chunk)
        done += len(chunk.n)
        now = time.monotonic()
        if now - synced > SYNC_EVERY or done == columns.rows:
            keep()
            synced = now
        try:
            yield Progress(done, columns.rows, (done - kept) / max(now - started, 1e-9))
        except GeneratorExit:
            keep()
            raise
