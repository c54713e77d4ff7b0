"""One column on its way to the disk: a .npy file that grows to its announced length."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

from mobius_core.errors import WorkFailed
from mobius_core.runs.files import failing


class ColumnWriter:
    """Appends to `path`; the header announces all rows from the start, so that the finished file
    needs no second pass and its bytes depend on the rows alone."""

    def __init__(self, path: Path, dtype: DTypeLike, rows: int, kept: int) -> None:
        """Begins after the first `kept` rows of an earlier attempt; what follows them is cut."""
        self.path = path
        self.dtype = np.dtype(dtype)
        with failing("write", path):
            self.file = open(path, "r+b" if kept else "wb", buffering=0)  # noqa: SIM115
        try:
            with failing("write", path):
                self._position(rows, kept)
        except WorkFailed:
            self.file.close()
            raise

    def _position(self, rows: int, kept: int) -> None:
        if kept:
            npy.read_magic(self.file)
            npy.read_array_header_1_0(self.file)
            self.file.truncate(self.file.tell() + kept * self.dtype.itemsize)
            self.file.seek(0, os.SEEK_END)
        else:
            header = {"descr": self.dtype.str, "fortran_order": False, "shape": (rows,)}
            npy.write_array_header_1_0(self.file, header)

    def append(self, values: NDArray[np.generic]) -> None:
        """WorkFailed where the disk does not take them."""
        left = np.ascontiguousarray(values, dtype=self.dtype).data.cast("B")
        with failing("write", self.path):
            while left:  # a nearly full disk takes part of a write before it refuses
                left = left[self.file.write(left) :]

    def sync(self) -> None:
        """Return once the disk has every row so far."""
        with failing("write", self.path):
            os.fdatasync(self.file.fileno())

    def __enter__(self) -> ColumnWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()
