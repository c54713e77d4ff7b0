"""The tables `[data.X]`: checked, completed, identified."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from mobius_core.config import check
from mobius_core.config.digest import digest
from mobius_core.config.locate import why_unreadable
from mobius_core.config.names import NAME, NAME_RULE
from mobius_core.config.node import Table
from mobius_core.config.problems import Report
from mobius_core.config.tables import place_of
from mobius_core.data.spec import DataSpec
from mobius_core.data.version import SIEVE_VERSION

MOST_HELD_OUT: Final = 100_000
"""Default test rows; the standard error of an accuracy near .7 is then .0014."""


def read_data(
    tables: Mapping[str, Table], folder: Path, report: Report
) -> dict[str, DataSpec | None]:
    """Data sets by name; None marks one with problems, so that its users report none of their own.

    Relative files start at `folder`.
    """
    found: dict[str, DataSpec | None] = {}
    for name, table in tables.items():
        if not NAME.fullmatch(name):
            report.add(table.place, NAME_RULE)
        spec = check.read(DataSpec, table, report)
        found[name] = None
        if spec is not None and _holds_together(spec, table, report):
            found[name] = _complete(spec, folder)
            _check_file(found[name], table, report)
    return found


def _holds_together(spec: DataSpec, table: Table, report: Report) -> bool:
    if spec.file is not None:
        wrong = [key for key in ("n", "rows", "stream", "seed") if key in table.items]
        for name in wrong:
            report.add(table.items[name].place, "a data set from a file has no such key")
        return not wrong
    if spec.format is not None:
        report.add(table.items["format"].place, "the format of a file: name the file")
        return False
    if spec.n is None:
        report.add(table.place.child("n"), "required: n = [LO, HI], inclusive, or a file")
        return False
    low, high = spec.n
    if low > high:
        report.add(table.items["n"].place, f"the interval [{low}, {high}] is empty")
        return False
    return _rows_fit(spec, high - low + 1, table, report)


def _rows_fit(spec: DataSpec, numbers: int, table: Table, report: Report) -> bool:
    if spec.stream:
        if spec.rows is not None:
            message = "a stream has as many rows as are asked of it: leave rows out, or stream"
            report.add(table.items["rows"].place, message)
            return False
        held_out = MOST_HELD_OUT if spec.test is None else spec.test
        if held_out >= numbers:
            message = f"{held_out:,} test rows leave none of the {numbers:,} numbers to train on"
            report.add(place_of(table, "test"), message)
            return False
        return True
    if spec.rows is None:
        report.add(table.place.child("rows"), "required: rows in all, or stream = true")
        return False
    if spec.rows > numbers:
        message = f"{spec.rows:,} distinct rows of only {numbers:,} numbers in the interval"
        report.add(table.items["rows"].place, message)
        return False
    if spec.rows < 2 or (spec.test is not None and spec.test >= spec.rows):
        message = f"test = {spec.test or 1:,} of {spec.rows:,} rows leaves none to train on"
        report.add(place_of(table, "test"), message)
        return False
    return True


def _complete(spec: DataSpec, folder: Path) -> DataSpec:
    """Defaults written out: test rows, the format of a file, its absolute path."""
    if spec.file is not None:
        path = folder / spec.file
        return replace(
            spec,
            file=os.path.normpath(path),
            format=spec.format or ("csv" if path.suffix == ".csv" else "int2int"),
        )
    if spec.test is not None:
        return spec
    if spec.rows is None:
        return replace(spec, test=MOST_HELD_OUT)
    return replace(spec, test=max(1, min(spec.rows // 10, MOST_HELD_OUT)))


def _check_file(spec: DataSpec | None, table: Table, report: Report) -> None:
    if spec is None or spec.file is None:
        return
    if wrong := why_unreadable(Path(spec.file)):
        report.add(table.items["file"].place, f"{spec.file}: {wrong}")


def data_hash(spec: DataSpec) -> str:
    """16 hex digits: which rows these are, of which sieve. The name of the data set has no part.

    A file counts by path, size and time of change: reading gigabytes to list experiments would
    cost more than an import too many.
    """
    table = check.to_table(spec)
    if spec.file is not None:
        facts = Path(spec.file).stat()
        table["changed"] = [facts.st_size, facts.st_mtime_ns]
    return digest({"sieve": SIEVE_VERSION, "data": table})
