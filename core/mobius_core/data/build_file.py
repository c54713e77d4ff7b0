"""Building a data set from a file of rows with labels."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np

from mobius_core.data.column import Columns
from mobius_core.data.distinct import count_distinct, first_repeated
from mobius_core.data.files import blocks, reader_of
from mobius_core.data.fill import LABELLED, Progress, fill
from mobius_core.data.manifest import FILE_NAME, describe
from mobius_core.data.ordered import ordered
from mobius_core.data.place import check_space, folder_of, growing
from mobius_core.data.spec import DataSpec
from mobius_core.errors import UsageError

MOST_HELD_OUT: Final = 100_000
"""Rows held out where the recipe does not say: a tenth, at most these."""


def build_file(
    data_dir: Path,
    name: str,
    data_hash: str,
    spec: DataSpec,
    *,
    threads: int = 1,
    target: str | None = None,
) -> Generator[Progress, None, None]:
    """Read the file of a recipe, yielding after each block; nothing if the data set stands.

    The first `test` rows of the file are held out; mu stands beside the labels. With a target, mu
    or mu2, the labels must be its values. UsageError for a file with a bad line or with a number
    twice, which might be trained on and held out. A stopped build begins anew.
    """
    assert spec.file is not None, "build makes the rows of other recipes"
    path = Path(spec.file)
    if not path.is_file():
        raise UsageError(f"data.{name}: no such file: {path}")
    folder = folder_of(data_dir, name, data_hash)
    with growing(folder, FILE_NAME) as partial:
        if partial is None:
            return
        reader = reader_of(path, spec.format or "int2int", target)
        rows = reader.count()
        test = max(1, min(rows // 10, MOST_HELD_OUT)) if spec.test is None else spec.test
        if not 0 < test < rows:
            raise UsageError(f"data.{name}: test = {test:,} of {rows:,} rows in {path}")
        check_space(partial, rows * sum(np.dtype(one).itemsize for one in LABELLED.values()))
        with (
            Columns(partial, LABELLED, rows, 0) as columns,
            closing(ordered(reader.read, blocks(path), threads)) as chunks,
        ):
            yield from fill(partial, columns, chunks)
            checksums = columns.checksums
        check_distinct(partial, path)
        describe(partial, name, data_hash, spec, rows, test, checksums).write(partial)


def check_distinct(partial: Path, path: Path) -> None:
    n = np.load(partial / "n.npy", mmap_mode="r")
    if count_distinct(n, int(n.min()), int(n.max())) < len(n):
        one, two = first_repeated(n)
        raise UsageError(
            f"{path}: rows {one + 1:,} and {two + 1:,} are both n = {n[one]}; a number may be "
            "there once, or it could be held out and trained on"
        )
