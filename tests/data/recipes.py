"""Recipes of small data sets, and building them."""

from __future__ import annotations

from pathlib import Path

from mobius_core.data.build import build
from mobius_core.data.open import DataSet, open_data
from mobius_core.data.place import folder_of
from mobius_core.data.spec import DataSpec

HASH = "0123456789abcdef"
SMALL = DataSpec(n=(2, 10**13), rows=3000, test=500, seed=4)
STREAM = DataSpec(n=(1, 1000), test=100, stream=True)


def make(data_dir: Path, spec: DataSpec = SMALL, name: str = "small") -> DataSet:
    for _ in build(data_dir, name, HASH, spec):
        pass
    return open_data(data_dir, name, HASH)


def contents(data_dir: Path, name: str = "small") -> dict[str, bytes]:
    """File name -> bytes of a finished data set."""
    folder = folder_of(data_dir, name, HASH)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
