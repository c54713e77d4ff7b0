"""Parts of a data set, made by machines that know nothing of one another, and joined again.

Row i is a function of the recipe and i alone, so a part is an index range, and the whole has the
same bytes whether its rows were made at once or come from parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from mobius_core.config.trial import Json
from mobius_core.data.manifest import checksum
from mobius_core.data.sample import Rows, Sample
from mobius_core.data.version import SIEVE_VERSION
from mobius_core.errors import UsageError, WorkFailed
from mobius_core.runs.files import read_json, write_json

SCHEMA: Final = 1
FILE_NAME: Final = "part.json"
MOST: Final = 9999
_SHARD = re.compile(r"(\d{1,4})/(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Shard:
    """The part `number` of `count`, counted from 1."""

    number: int
    count: int

    @classmethod
    def read(cls, text: str) -> Shard:
        """`3/16`; UsageError for anything else."""
        match = _SHARD.fullmatch(text)
        shard = cls(int(match[1]), int(match[2])) if match else cls(0, 0)
        if not 1 <= shard.number <= shard.count:
            raise UsageError(f"--shard {text}: give K/N with 1 <= K <= N <= {MOST}, such as 3/16")
        return shard

    def rows(self, rows: int) -> range:
        """Its rows, of so many in all."""
        return range(
            rows * (self.number - 1) // self.count,
            rows * self.number // self.count,
        )

    def folder(self, target: Path) -> Path:
        """Where the part stands, beside the data set `target`."""
        return target.with_name(f"{target.name}.part-{self.number}-of-{self.count}")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that stands on the disk."""

    folder: Path
    rows: range
    checksums: dict[str, str]

    def open(self) -> Rows:
        """Its columns; WorkFailed where a file is not as it was written."""
        for name, expected in self.checksums.items():
            if checksum(self.folder / name) != expected:
                raise WorkFailed(
                    f"{self.folder / name} is not as it was written; remove {self.folder}, then "
                    "make the part anew or build without it"
                )
        n: NDArray[np.uint64] = np.load(self.folder / "n.npy", mmap_mode="r")
        mu: NDArray[np.int8] = np.load(self.folder / "mu.npy", mmap_mode="r")
        return Rows(n, mu)


def describe(folder: Path, rows: range, checksums: dict[str, str]) -> None:
    document: dict[str, Json] = {
        "schema": SCHEMA,
        "sieve": SIEVE_VERSION,
        "first": rows.start,
        "rows": len(rows),
        "checksums": dict(checksums),
    }
    write_json(folder / FILE_NAME, document)


def find(target: Path) -> tuple[Part, ...]:
    """The parts beside a data set, by their first rows; those of another sieve do not count."""
    found = []
    for path in target.parent.glob(f"{target.name}.part-*-of-*/{FILE_NAME}"):
        document = read_json(path) or {}
        if document.get("sieve") == SIEVE_VERSION:
            first, count = cast("int", document["first"]), cast("int", document["rows"])
            checksums = cast("dict[str, str]", document["checksums"])
            found.append(Part(path.parent, range(first, first + count), checksums))
    return tuple(sorted(found, key=lambda part: (part.rows.start, -part.rows.stop)))


class Assembly:
    """Rows from parts where there are some, else made anew."""

    def __init__(self, sample: Sample, parts: Sequence[Part]) -> None:
        self.sample = sample
        self.parts = parts
        self._open: dict[range, Rows] = {}

    def pieces(self, wanted: range, longest: int) -> Iterator[range]:
        """`wanted` in order, in ranges that lie within one part or outside all."""
        first = wanted.start
        while first < wanted.stop:
            end = min(first + longest, wanted.stop)
            for part in self.parts:
                if first in part.rows:
                    end = min(end, part.rows.stop)
                    break
                if first < part.rows.start:
                    end = min(end, part.rows.start)
            piece = range(first, end)
            self._prepare(piece)
            yield piece
            first = end

    def _prepare(self, piece: range) -> None:
        part = self._part_of(piece)
        if part is not None and part.rows not in self._open:
            self._open[part.rows] = part.open()

    def _part_of(self, piece: range) -> Part | None:
        return next((part for part in self.parts if piece.start in part.rows), None)

    def rows(self, piece: range) -> Rows:
        """The rows of one of `pieces`; threads may share this."""
        part = self._part_of(piece)
        if part is None:
            return self.sample.rows(piece.start, len(piece))
        n, mu = self._open[part.rows]
        first, end = piece.start - part.rows.start, piece.stop - part.rows.start
        return Rows(n[first:end], mu[first:end])
