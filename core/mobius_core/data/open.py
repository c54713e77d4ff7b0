"""Opening a data set: columns as memory maps, test and training rows apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mobius_core.data.columns import TYPES
from mobius_core.data.manifest import Manifest
from mobius_core.data.place import folder_of
from mobius_core.data.sample import Rows
from mobius_core.data.stream import Stream
from mobius_core.errors import NotFound, UsageError, WorkFailed


@dataclass(frozen=True, slots=True)
class DataSet:
    """Read-only columns of shape (rows,). Rows [0, test) are held out."""

    folder: Path
    manifest: Manifest
    n: NDArray[np.uint64]
    mu: NDArray[np.int8]
    label: NDArray[np.int64] | None = None
    """of a data set from a file"""

    @property
    def interval(self) -> tuple[int, int]:
        """What every n is in, inclusive: drawn from, or seen in the file."""
        return self.manifest.spec.n or (int(self.n.min()), int(self.n.max()))

    @property
    def largest(self) -> int:
        """The largest n there is or may be."""
        interval = self.manifest.spec.n
        return interval[1] if interval is not None else int(self.n.max())

    def column(self, name: str) -> NDArray[np.integer]:
        """Of all stored rows; WorkFailed for a damaged file, NotFound for a column that is not
        there: labels of a data set that is not from a file, or numbers not factored yet."""
        if name == "mu":
            return self.mu
        path = self.folder / f"{name}.npy"
        if not path.is_file():
            raise NotFound(
                f"data set {self.manifest.name} has no {path.name}; `mobius run` of an experiment "
                f"whose target is {name} adds it"
            )
        rows = self.manifest.rows
        return cast("NDArray[np.integer]", column(path, np.dtype(TYPES[name]), rows))

    @property
    def test(self) -> Rows:
        """Held out; never among the training rows of this data set or of its stream."""
        test = self.manifest.test
        return Rows(self.n[:test], self.mu[:test])

    @property
    def train(self) -> Rows:
        """The stored training rows; none for a stream."""
        test = self.manifest.test
        return Rows(self.n[test:], self.mu[test:])

    @property
    def stream(self) -> Stream:
        """Training rows made on the fly; UsageError for a data set without `stream = true`."""
        if not self.manifest.spec.stream:
            raise UsageError(
                f"data.{self.manifest.name} stores its training rows; set stream = true for "
                "rows made on the fly"
            )
        return Stream(self.manifest.sample, self.manifest.test, self.manifest.name)


def open_data(data_dir: Path, name: str, data_hash: str) -> DataSet:
    """NotFound if it is not built, Refused if another version of the sieve built it, WorkFailed
    if its files are damaged."""
    folder = folder_of(data_dir, name, data_hash)
    if not folder.is_dir():
        raise NotFound(f"data set {name} is not built; build it with `mobius data build {name}`")
    return open_folder(folder)


def open_folder(folder: Path) -> DataSet:
    manifest = Manifest.read(folder)
    n = cast("NDArray[np.uint64]", column(folder / "n.npy", np.dtype(np.uint64), manifest.rows))
    mu = cast("NDArray[np.int8]", column(folder / "mu.npy", np.dtype(np.int8), manifest.rows))
    label = None
    if manifest.spec.file is not None:
        found = column(folder / "label.npy", np.dtype(np.int64), manifest.rows)
        label = cast("NDArray[np.int64]", found)
    return DataSet(folder, manifest, n, mu, label)


def column(path: Path, dtype: np.dtype[np.generic], rows: int) -> NDArray[np.generic]:
    try:
        values: NDArray[np.generic] = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise damaged(path, str(error)) from error
    if values.dtype != dtype or values.shape != (rows,):
        raise damaged(path, f"it holds {values.shape} of {values.dtype}, not {rows} of {dtype}")
    return values


def damaged(path: Path, why: str) -> WorkFailed:
    return WorkFailed(
        f"{path} is damaged ({why}); remove {path.parent}, then build anew with `mobius data build`"
    )
