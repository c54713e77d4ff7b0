"""Data sets as files for other programs: whole or absent, and left alone where they stand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from mobius_core.config.trial import Json
from mobius_core.data.manifest import Manifest
from mobius_core.data.open import DataSet
from mobius_core.data.place import sync_folder
from mobius_core.data.sample import Rows
from mobius_core.errors import UsageError
from mobius_core.resolve import resolve
from mobius_core.runs.files import failing, read_json, write_json

FILE_NAME: Final = "export.json"
TARGETS: Final = ("mu", "mu2")
FORMATS: Final[dict[str, str]] = {
    "int2int": "mobius_core.data.export_int2int:write",
    "npy": "mobius_core.data.export_npy:write",
    "parquet": "mobius_core.data.export_parquet:write",
}
"""Names and where the work behind them lives ("module:name")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    format: str
    moduli: tuple[int, ...]
    """n is seen modulo these, 2..65535"""
    targets: tuple[str, ...] = TARGETS
    threads: int = 1

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise UsageError(f'no format "{self.format}"; there are {", ".join(FORMATS)}')
        if unknown := set(self.targets) - set(TARGETS):
            raise UsageError(f'no target "{min(unknown)}" to export; there are mu and mu2')
        if outside := [m for m in self.moduli if not 2 <= m <= 65535]:
            raise UsageError(f"modulus {outside[0]}: every modulus must lie in 2..65535")
        if not self.moduli:
            raise UsageError("no moduli: the export would show nothing of n")


@dataclass(frozen=True, slots=True)
class Split:
    name: str
    """train or test"""
    rows: Rows


Exporter = Callable[[Split, Path, Request], Generator[int, None, None]]
"""Writes the files of one split into a folder, yielding the rows done."""


def export(data: DataSet, folder: Path, request: Request) -> Generator[int, None, list[Path]]:
    """Write the files of both splits into `folder`, yielding the rows done; gives their paths.

    Nothing is done where they stand already. UsageError for a stream, which has no training rows
    to write, WorkFailed for a disk that does not take them.
    """
    if data.manifest.spec.stream:
        raise UsageError(
            f"data.{data.manifest.name} is a stream, whose training rows have no end; export a "
            "data set with rows"
        )
    wanted = described(data.manifest, request)
    standing = files_of(folder, wanted)
    if standing:
        return standing
    writer = cast("Exporter", resolve(FORMATS[request.format]))
    splits = (Split("train", data.train), Split("test", data.test))

    def write(partial: Path) -> Generator[int, None, None]:
        done = 0
        for split in splits:
            for rows in writer(split, partial, request):
                yield done + rows
            done += len(split.rows.n)

    return (yield from placed(folder, wanted, write))


def placed(
    folder: Path,
    wanted: dict[str, Json],
    write: Callable[[Path], Generator[int, None, None]],
) -> Generator[int, None, list[Path]]:
    """Let `write` fill a folder within `folder`, then move its files out, complete."""
    partial = folder / ".part"
    with failing("make", partial):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
    try:
        yield from write(partial)
        with failing("write", folder):
            names = sorted(path.name for path in partial.iterdir())
            sizes: dict[str, Json] = {name: sync(partial / name) for name in names}
            for name in names:
                (partial / name).rename(folder / name)
            sync_folder(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    write_json(folder / FILE_NAME, {**wanted, "files": sizes})
    return [folder / name for name in names]


def described(manifest: Manifest, request: Request) -> dict[str, Json]:
    """What determines the bytes of an export."""
    return {
        "schema": 1,
        "data": f"{manifest.name}-{manifest.hash}",
        "checksums": dict(manifest.checksums),
        "format": request.format,
        "moduli": list(request.moduli),
        "targets": list(request.targets),
    }


def files_of(folder: Path, wanted: dict[str, Json]) -> list[Path]:
    """The files of this very export where they all stand with their sizes, else none."""
    document = read_json(folder / FILE_NAME) or {}
    files = document.pop("files", {})
    if document != wanted or not isinstance(files, dict):
        return []
    paths = {folder / name: size for name, size in files.items()}
    stand = all(path.is_file() and path.stat().st_size == size for path, size in paths.items())
    return list(paths) if stand else []


def sync(path: Path) -> int:
    """Bring a file to the disk, giving back what was reserved too much; its size."""
    with open(path, "r+b") as file:
        size = os.fstat(file.fileno()).st_size
        os.truncate(file.fileno(), size)
        os.fdatasync(file.fileno())
        return size


def pieces(rows: int, length: int) -> Sequence[range]:
    return [range(first, min(first + length, rows)) for first in range(0, rows, length)]
