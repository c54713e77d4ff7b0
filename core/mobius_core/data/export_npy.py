"""Arrays of a split: train_n.npy (uint64), train_mu.npy (int8), train_residues.npy (uint16)."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from mobius_core.data.export import Request, Split, pieces
from mobius_core.data.int2int import labels_of
from mobius_core.data.ordered import ordered
from mobius_core.data.place import check_space
from mobius_core.data.residues import residues
from mobius_core.runs.files import failing

PIECE: Final = 1 << 16
"""Rows in memory at a time: 13 MB of residues for 100 primes."""


def write(split: Split, folder: Path, request: Request) -> Generator[int, None, None]:
    """n, each target and residues (rows, moduli)."""
    n = split.rows.n
    check_space(folder, len(n) * (8 + len(request.targets) + 2 * len(request.moduli)))

    def table(piece: range) -> NDArray[np.uint16]:
        return residues(n[piece.start : piece.stop], request.moduli)

    with failing("write", folder):
        np.save(folder / f"{split.name}_n.npy", n)
        for target in request.targets:
            np.save(folder / f"{split.name}_{target}.npy", labels_of(split.rows, target))
        with open(folder / f"{split.name}_residues.npy", "wb") as file:
            shape = (len(n), len(request.moduli))
            header = {"descr": "<u2", "fortran_order": False, "shape": shape}
            npy.write_array_header_1_0(file, header)
            todo = pieces(len(n), PIECE)
            with closing(ordered(table, todo, request.threads)) as made:
                for piece, part in zip(todo, made, strict=True):
                    file.write(part.data)
                    yield piece.stop
