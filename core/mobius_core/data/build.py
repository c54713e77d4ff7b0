"""Building a data set: on threads, resumable, and either whole or absent under its name."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np

from mobius_core.data import parts
from mobius_core.data.build_file import build_file
from mobius_core.data.column import Columns
from mobius_core.data.fill import TYPES, Progress, fill
from mobius_core.data.manifest import FILE_NAME, describe, sample_of
from mobius_core.data.ordered import ordered
from mobius_core.data.parts import Assembly, Shard
from mobius_core.data.place import check_space, folder_of, growing, rows_kept
from mobius_core.data.spec import DataSpec
from mobius_core.errors import UsageError
from mobius_core.runs.files import failing

CHUNK: Final = 1 << 18
"""Rows made at a time: 2.4 MB, and a stop is obeyed within two seconds even near 2^63."""


def build(
    data_dir: Path, name: str, data_hash: str, spec: DataSpec, *, threads: int = 1
) -> Generator[Progress, None, None]:
    """Build what is missing of a data set, yielding after each chunk; nothing if it stands.

    Rows of parts beside it are joined rather than made again, and the parts removed once the whole
    stands. Closing the iterator stops the build; the next one goes on from the rows on file. The
    bytes depend on neither threads nor parts nor interruptions. UsageError for a recipe without
    rows, Refused while another process builds the same, WorkFailed for a disk that is full or not
    writable.
    """
    if spec.file is not None:
        yield from build_file(data_dir, name, data_hash, spec, threads=threads)
        return
    rows, test = stored_rows(spec, name)
    target = folder_of(data_dir, name, data_hash)
    with growing(target, FILE_NAME) as partial:
        if partial is None:
            return
        there = parts.find(target)
        assembly = Assembly(sample_of(spec, name), there)
        checksums = yield from grow(partial, assembly, range(rows), threads)
        describe(partial, name, data_hash, spec, rows, test, checksums).write(partial)
    for part in there:
        with failing("remove", part.folder):
            shutil.rmtree(part.folder)


def build_part(
    data_dir: Path, name: str, data_hash: str, spec: DataSpec, shard: Shard, *, threads: int = 1
) -> Generator[Progress, None, None]:
    """Build one part, for `build` to join; nothing if the part or the whole stands."""
    if spec.file is not None:
        raise UsageError(f"data.{name} is read from a file, at once: parts are of made rows")
    rows, _ = stored_rows(spec, name)
    if shard.count > rows:
        raise UsageError(f"data.{name} has {rows:,} rows, too few for {shard.count:,} parts")
    target = folder_of(data_dir, name, data_hash)
    if (target / FILE_NAME).is_file():
        return
    with growing(shard.folder(target), parts.FILE_NAME) as partial:
        if partial is None:
            return
        wanted = shard.rows(rows)
        assembly = Assembly(sample_of(spec, name), ())
        checksums = yield from grow(partial, assembly, wanted, threads)
        parts.describe(partial, wanted, checksums)


def stored_rows(spec: DataSpec, name: str) -> tuple[int, int]:
    """Rows on file and rows held out; UsageError where the recipe asks for the impossible."""
    size = sample_of(spec, name).size
    test = spec.test
    rows = test if spec.stream else spec.rows
    if rows is None or test is None:
        raise UsageError(f"data.{name} needs rows and test: how many rows, how many held out")
    if rows <= 0 or test <= 0:
        raise UsageError(f"data.{name}: rows = {rows} and test = {test} must both be positive")
    if rows > size:
        raise UsageError(
            f"data.{name}: {rows:,} distinct rows of only {size:,} numbers in the interval"
        )
    if test >= (size if spec.stream else rows):
        raise UsageError(f"data.{name}: test = {test:,} of {rows:,} rows leaves none to train on")
    return rows, test


def grow(
    partial: Path, assembly: Assembly, wanted: range, threads: int
) -> Generator[Progress, None, dict[str, str]]:
    """The rows `wanted` as columns in `partial`; gives the checksums."""
    kept = min(rows_kept(partial), len(wanted))
    width = sum(np.dtype(one).itemsize for one in TYPES.values())
    check_space(partial, (len(wanted) - kept) * width)
    pieces = assembly.pieces(range(wanted.start + kept, wanted.stop), CHUNK)
    with (
        Columns(partial, TYPES, len(wanted), kept) as columns,
        closing(ordered(assembly.rows, pieces, threads)) as chunks,
    ):
        yield from fill(partial, columns, chunks)
        return columns.checksums
