"""Building a data set: in chunks, resumable, and either whole or absent under its name."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from mobius_core.data.column import ColumnWriter
from mobius_core.data.manifest import FILE_NAME, Manifest, checksum, sample_of
from mobius_core.data.sample import Sample
from mobius_core.data.spec import DataSpec
from mobius_core.data.version import SIEVE_VERSION
from mobius_core.errors import Refused, UsageError, WorkFailed
from mobius_core.runs.files import failing, read_json, try_lock, write_json

CHUNK: Final = 1 << 18
"""Rows made at a time: 2.4 MB, and a stop is obeyed within two seconds even near 2^63."""
ROW_BYTES: Final = 9
SYNC_EVERY: Final = 5.0
"""Seconds of work that a power cut may cost; syncing each chunk would slow the build by a tenth."""
PROGRESS: Final = "progress.json"


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


def folder_of(data_dir: Path, name: str, data_hash: str) -> Path:
    """Where a data set stands; absent until it is whole."""
    return data_dir / f"{name}-{data_hash}"


def partial_of(target: Path) -> Path:
    """Where it grows; renamed to `target` at the end."""
    return target.with_name(f".{target.name}.part")


def build(
    data_dir: Path, name: str, data_hash: str, spec: DataSpec
) -> Generator[Progress, None, None]:
    """Build what is missing of a data set, yielding after each chunk; nothing if it stands.

    Closing the iterator stops the build; the next one goes on from the rows on file.
    UsageError for a recipe without rows, Refused while another process builds the same, WorkFailed
    for a disk that is full or not writable.
    """
    rows, test = stored_rows(spec, name)
    target = folder_of(data_dir, name, data_hash)
    partial = partial_of(target)
    with failing("make", partial):
        data_dir.mkdir(parents=True, exist_ok=True)
    with only_builder(target):
        if (target / FILE_NAME).is_file():
            return
        with failing("make", partial):
            partial.mkdir(exist_ok=True)
        yield from write_columns(partial, sample_of(spec, name), rows)
        describe(partial, name, data_hash, spec, rows, test).write(partial)
        with failing("write", target):
            (partial / PROGRESS).unlink(missing_ok=True)
            partial.rename(target)
            sync_folder(data_dir)


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


@contextmanager
def only_builder(target: Path) -> Iterator[None]:
    """Hold the lock beside `target`, which a dead builder leaves free; Refused while it is held."""
    lock = target.with_name(f".{target.name}.lock")
    with failing("lock", lock):
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        if not try_lock(descriptor):
            raise Refused(f"{target} is being built by another process; wait for that one")
        yield
        # Whoever opened the file before this line finds the data set whole and builds nothing.
        lock.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def write_columns(partial: Path, sample: Sample, rows: int) -> Generator[Progress, None, None]:
    kept = min(rows_kept(partial), rows)
    check_space(partial, (rows - kept) * ROW_BYTES)
    started = synced = time.monotonic()
    done = kept
    with ExitStack() as stack:
        n = stack.enter_context(ColumnWriter(partial / "n.npy", np.uint64, rows, kept))
        mu = stack.enter_context(ColumnWriter(partial / "mu.npy", np.int8, rows, kept))

        def keep() -> None:
            n.sync()
            mu.sync()
            write_json(partial / PROGRESS, {"rows": done})

        while done < rows:
            chunk = sample.rows(done, min(CHUNK, rows - done))
            n.append(chunk.n)
            mu.append(chunk.mu)
            done += len(chunk.n)
            now = time.monotonic()
            if now - synced > SYNC_EVERY or done == rows:
                keep()
                synced = now
            try:
                yield Progress(done, rows, (done - kept) / max(now - started, 1e-9))
            except GeneratorExit:
                keep()
                raise


def rows_kept(partial: Path) -> int:
    """Rows that an earlier attempt brought to the disk for certain."""
    recorded = (read_json(partial / PROGRESS) or {}).get("rows")
    if not isinstance(recorded, int) or recorded < 0:
        return 0
    held = all(
        (partial / name).is_file() and (partial / name).stat().st_size > recorded * size
        for name, size in (("n.npy", 8), ("mu.npy", 1))
    )
    return recorded if held else 0


def check_space(folder: Path, needed: int) -> None:
    """WorkFailed at once, rather than after hours."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise WorkFailed(
            f"{folder.parent} has {free / 1e9:.1f} GB free and the data set needs "
            f"{needed / 1e9:.1f} GB more; free some space, then repeat"
        )


def describe(
    partial: Path, name: str, data_hash: str, spec: DataSpec, rows: int, test: int
) -> Manifest:
    """The manifest of complete columns, from what is on file."""
    mu = np.load(partial / "mu.npy", mmap_mode="r")
    squarefree = total = 0
    for start in range(0, rows, CHUNK):
        squarefree += int(np.count_nonzero(mu[start : start + CHUNK]))
        total += int(mu[start : start + CHUNK].sum(dtype=np.int64))
    return Manifest(
        name=name,
        hash=data_hash,
        spec=spec,
        sieve=SIEVE_VERSION,
        rows=rows,
        test=test,
        squarefree=squarefree,
        total=total,
        checksums={column: checksum(partial / column) for column in ("n.npy", "mu.npy")},
    )


def sync_folder(folder: Path) -> None:
    """Bring a rename to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
