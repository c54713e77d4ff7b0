"""Int2Int text of a split: mu_modp_and_p.txt.train and the like, the published scripts' names."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mobius_core.data.export import Request, Split, pieces
from mobius_core.data.int2int import PIECE, STEMS, Encoder, labels_of
from mobius_core.data.ordered import ordered
from mobius_core.data.reserve import reserve
from mobius_core.data.residues import residues
from mobius_core.runs.files import failing


def write(split: Split, folder: Path, request: Request) -> Generator[int, None, None]:
    """One file a target; residues are found once for all of them."""
    encoder = Encoder(request.moduli)
    count = len(split.rows.n)

    def texts(piece: range) -> list[NDArray[np.uint8]]:
        rows = split.rows.part(piece)
        table = residues(rows.n, request.moduli)
        return [encoder.lines(table, labels_of(rows, target)) for target in request.targets]

    paths = [folder / f"{STEMS[target]}_modp_and_p.txt.{split.name}" for target in request.targets]
    with ExitStack() as stack, failing("write", folder):
        files = [stack.enter_context(open(path, "wb")) for path in paths]
        todo = pieces(count, PIECE)
        made = stack.enter_context(closing(ordered(texts, todo, request.threads)))
        for piece, parts in zip(todo, made, strict=True):
            if piece.start == 0:
                for file, text in zip(files, parts, strict=True):
                    reserve(file.fileno(), len(text) * count // len(piece))
            for file, text in zip(files, parts, strict=True):
                file.write(text.data)
                encoder.give_back(text)
            yield piece.stop
