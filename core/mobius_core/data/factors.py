"""Columns that need n factored: added to a data set when a target first asks for them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final, cast

from mobius_core.config.trial import Json
from mobius_core.data.column import Columns
from mobius_core.data.columns import FACTORED, TYPES, factored
from mobius_core.data.fill import Progress
from mobius_core.data.open import DataSet
from mobius_core.data.ordered import ordered
from mobius_core.data.place import check_space, only_builder, sync_folder
from mobius_core.runs.factors import FACTORS_FILE
from mobius_core.runs.files import failing, read_json, write_json

CHUNK: Final = 1 << 16
"""Rows factored at a time: a stop is obeyed within a second even near 2^63."""


def add_factors(data: DataSet, *, threads: int = 1) -> Generator[Progress, None, None]:
    """Write liouville.npy and omega.npy beside n, yielding after each chunk; nothing if they stand.

    A stopped one begins anew. Refused while another process does the same, WorkFailed for a disk
    that does not take them.
    """
    target = data.folder
    rows = len(data.n)
    partial = target.with_name(f".{target.name}.factors.part")
    with only_builder(target.with_name(f"{target.name}.factors")):
        if (target / FACTORS_FILE).is_file():
            return
        with failing("make", partial):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
        check_space(partial, rows * len(FACTORED))
        try:
            yield from write_columns(data, partial, threads)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def write_columns(data: DataSet, partial: Path, threads: int) -> Generator[Progress, None, None]:
    rows = len(data.n)
    pieces = [slice(first, min(first + CHUNK, rows)) for first in range(0, rows, CHUNK)]
    started = time.monotonic()
    with (
        Columns(partial, {name: TYPES[name] for name in FACTORED}, rows, 0) as columns,
        closing(ordered(lambda piece: factored(data.n[piece]), pieces, threads)) as chunks,
    ):
        for piece, chunk in zip(pieces, chunks, strict=True):
            columns.append(*chunk)
            yield Progress(piece.stop, rows, piece.stop / max(time.monotonic() - started, 1e-9))
        columns.sync()
        checksums: dict[str, Json] = dict(columns.checksums)
    with failing("write", data.folder):
        for name in checksums:
            (partial / name).rename(data.folder / name)
        sync_folder(data.folder)
    write_json(data.folder / FACTORS_FILE, {"schema": 1, "checksums": checksums})


def checksums_of(data: DataSet) -> dict[str, str]:
    """File name -> SHA-256 of these columns; none where they do not stand."""
    document = read_json(data.folder / FACTORS_FILE) or {}
    return cast("dict[str, str]", document.get("checksums", {}))


def first_wrong(data: DataSet, rows: list[int]) -> int | None:
    """The first of some rows whose columns are not those of the factors found in Python."""
    from mobius_core.numbers.factors import factorise

    liouville, omega = data.column("liouville"), data.column("omega")
    for row in rows:
        factors = factorise(int(data.n[row]))
        right = ((-1) ** sum(power for _, power in factors), len(factors))
        if (int(liouville[row]), int(omega[row])) != right:
            return row
    return None
