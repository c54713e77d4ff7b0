"""Parquet of a split: train.parquet with n, the targets and the list of residues."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from mobius_core.data.export import Request, Split, pieces
from mobius_core.data.int2int import labels_of
from mobius_core.data.ordered import ordered
from mobius_core.data.residues import residues
from mobius_core.errors import UsageError
from mobius_core.runs.files import failing

ROW_GROUP: Final = 1 << 16
"""Rows a reader must take together: 13 MB of residues for 100 primes."""


def write(split: Split, folder: Path, request: Request) -> Generator[int, None, None]:
    """Columns n uint64, the targets int8, residues fixed_size_list<uint16>; the moduli are in the
    schema's metadata. UsageError where pyarrow is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError(
            "--format parquet needs pyarrow, which is not installed; "
            "`pip install 'mobius-tui[parquet]'` brings it"
        ) from error

    width = len(request.moduli)
    fields = [("n", pa.uint64()), *((target, pa.int8()) for target in request.targets)]
    moduli = {"moduli": " ".join(map(str, request.moduli))}
    schema = pa.schema([*fields, ("residues", pa.list_(pa.uint16(), width))], metadata=moduli)

    def table(piece: range) -> Any:
        rows = split.rows.part(piece)
        flat = pa.array(residues(rows.n, request.moduli).reshape(-1))
        labels = [pa.array(labels_of(rows, target)) for target in request.targets]
        lists = pa.FixedSizeListArray.from_arrays(flat, width)
        return pa.Table.from_arrays([pa.array(rows.n), *labels, lists], schema=schema)

    path = folder / f"{split.name}.parquet"
    todo = pieces(len(split.rows.n), ROW_GROUP)
    with (
        failing("write", path),
        pq.ParquetWriter(path, schema) as writer,
        closing(ordered(table, todo, request.threads)) as made,
    ):
        for piece, part in zip(todo, made, strict=True):
            writer.write_table(part, row_group_size=ROW_GROUP)
            yield piece.stop
