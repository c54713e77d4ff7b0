"""The data sets of a lab: those the experiments file names and those that stand on the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mobius_core.config.datasets import data_hash
from mobius_core.config.problems import nearest
from mobius_core.data.manifest import FILE_NAME
from mobius_core.data.place import folder_of, partial_of, rows_kept
from mobius_core.data.spec import DataSpec
from mobius_core.errors import NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    name: str
    hash: str
    spec: DataSpec | None
    """None for a data set on the disk that the experiments file no longer means"""
    folder: Path
    built: bool
    rows_done: int
    """rows that a build in progress or stopped has brought to the disk"""


def catalog(data_dir: Path, specs: Mapping[str, DataSpec]) -> tuple[Entry, ...]:
    """Those of the file in its order, then the other folders by name."""
    wanted = [entry(data_dir, name, data_hash(spec), spec) for name, spec in specs.items()]
    known = {one.folder for one in wanted}
    others = []
    for path in sorted(data_dir.glob("*-" + "[0-9a-f]" * 16)):
        name, _, hashed = path.name.rpartition("-")
        if path not in known and (path / FILE_NAME).is_file():
            others.append(entry(data_dir, name, hashed, None))
    return (*wanted, *others)


def entry(data_dir: Path, name: str, hashed: str, spec: DataSpec | None) -> Entry:
    folder = folder_of(data_dir, name, hashed)
    built = (folder / FILE_NAME).is_file()
    return Entry(
        name=name,
        hash=hashed,
        spec=spec,
        folder=folder,
        built=built,
        rows_done=0 if built else rows_kept(partial_of(folder)),
    )


def find(data_dir: Path, specs: Mapping[str, DataSpec], name: str) -> Entry:
    """The built data set that `name` means: one of the file, or the name of a folder.

    NotFound with what to do where there is none.
    """
    entries = catalog(data_dir, specs)
    for one in entries:
        if name in (one.name, one.folder.name) and (one.spec is not None or name not in specs):
            if not one.built:
                raise NotFound(f"data set {name} is not built; `mobius data build {name}` does it")
            return one
    close = nearest(name, [one.name for one in entries])
    raise NotFound(f'no data set "{name}"{close}; `mobius data list` shows those there are')
