"""Columns on their way to the disk: .npy files that grow to their announced length."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

from mobius_core.data.reserve import reserve
from mobius_core.errors import WorkFailed
from mobius_core.runs.files import failing

HASHED_AT_A_TIME: Final = 1 << 20


class ColumnWriter:
    """Appends to `path`; the header announces all rows from the start, so that the finished file
    needs no second pass and its bytes depend on the rows alone."""

    def __init__(self, path: Path, dtype: DTypeLike, rows: int, kept: int) -> None:
        """Begins after the first `kept` rows of an earlier attempt; what follows them is cut."""
        self.path = path
        self.dtype = np.dtype(dtype)
        self.digest = hashlib.sha256()
        """of every byte of the file so far"""
        with failing("write", path):
            self.file = open(path, "r+b" if kept else "w+b", buffering=0)  # noqa: SIM115
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
        else:
            header = {"descr": self.dtype.str, "fortran_order": False, "shape": (rows,)}
            npy.write_array_header_1_0(self.file, header)
        reserve(self.file.fileno(), 128 + rows * self.dtype.itemsize)
        self.file.seek(0)
        while block := self.file.read(HASHED_AT_A_TIME):
            self.digest.update(block)

    def append(self, values: NDArray[np.generic]) -> None:
        """WorkFailed where the disk does not take them."""
        left = np.ascontiguousarray(values, dtype=self.dtype).data.cast("B")
        self.digest.update(left)
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


class Columns:
    """The columns of a folder, NAME.npy each, all of one length."""

    def __init__(self, folder: Path, types: Mapping[str, DTypeLike], rows: int, kept: int) -> None:
        self.rows = rows
        self.kept = kept
        with ExitStack() as stack:
            self.writers = [
                stack.enter_context(ColumnWriter(folder / f"{name}.npy", dtype, rows, kept))
                for name, dtype in types.items()
            ]
            self._files = stack.pop_all()

    def append(self, *values: NDArray[np.generic]) -> None:
        """One array a column."""
        for writer, column in zip(self.writers, values, strict=True):
            writer.append(column)

    def sync(self) -> None:
        for writer in self.writers:
            writer.sync()

    @property
    def checksums(self) -> dict[str, str]:
        """File name -> SHA-256 in hex of what is written."""
        return {writer.path.name: writer.digest.hexdigest() for writer in self.writers}

    def __enter__(self) -> Columns:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.close()
