"""Where a data set stands and where it grows: whole or absent under its name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from mobius_core.errors import Refused, WorkFailed
from mobius_core.runs.files import failing, read_json, try_lock

PROGRESS: Final = "progress.json"


def folder_of(data_dir: Path, name: str, data_hash: str) -> Path:
    """Where a data set stands; absent until it is whole."""
    return data_dir / f"{name}-{data_hash}"


def partial_of(target: Path) -> Path:
    """Where it grows; renamed to `target` at the end."""
    return target.with_name(f".{target.name}.part")


@contextmanager
def growing(target: Path, described: str) -> Iterator[Path | None]:
    """The folder in which `target` grows, renamed to it where the block ends well; None where
    `target` stands already, which is where it has the file `described`. Where it ends otherwise
    the rows made so far stay for the next attempt, and nothing does if there are none.

    Refused while another process is at it, WorkFailed for a disk that does not take it.
    """
    partial = partial_of(target)
    with failing("make", partial):
        target.parent.mkdir(parents=True, exist_ok=True)
    with only_builder(target):
        if (target / described).is_file():
            yield None
            return
        with failing("make", partial):
            partial.mkdir(exist_ok=True)
        try:
            yield partial
        except BaseException:
            with suppress(OSError):  # which it is by the rows in it
                partial.rmdir()
            raise
        with failing("write", target):
            (partial / PROGRESS).unlink(missing_ok=True)
            partial.rename(target)
            sync_folder(target.parent)


@contextmanager
def only_builder(target: Path) -> Iterator[None]:
    """Hold the lock beside `target`, which a dead builder leaves free; Refused while it is held."""
    lock = target.with_name(f".{target.name}.lock")
    with failing("lock", lock):
        descriptor = take_lock(lock)
    if descriptor is None:
        raise Refused(f"{target} is being built by another process; wait for that one")
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(descriptor)


def take_lock(lock: Path) -> int | None:
    """The file, locked; None while another process holds it."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        if not try_lock(descriptor):
            os.close(descriptor)
            return None
        # Its last holder may have removed it between the two lines: then it is nobody's lock.
        with suppress(FileNotFoundError):
            if os.stat(lock).st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        os.close(descriptor)


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
            f"{folder.parent} has {free / 1e6:,.1f} MB free and the data set needs "
            f"{needed / 1e6:,.1f} MB more; free some space, then repeat"
        )


def sync_folder(folder: Path) -> None:
    """Bring a rename to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
