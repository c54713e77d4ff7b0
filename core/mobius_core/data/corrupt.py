"""Int2Int text with some residues replaced by random ones, beside the true text of the same n."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core.config.trial import Json
from mobius_core.data.export import Request, described, files_of, pieces, placed
from mobius_core.data.int2int import PIECE, STEMS, Encoder, labels_of
from mobius_core.data.open import DataSet
from mobius_core.data.ordered import ordered
from mobius_core.data.residues import residues
from mobius_core.errors import UsageError
from mobius_core.runs.files import failing
from mobius_core.training.corruption import corruption

PUBLISHED: Final = {
    "only:2,3": "only23_correct",
    "random:2": "2_random",
    "random:3": "p_3_random",
    "random:2,3": "23_random",
}
"""Corruptions of arXiv 2502.10335, and the ends of their files' names there."""


def corrupt(
    data: DataSet, folder: Path, request: Request, words: Sequence[str], rows: int | None = None
) -> Generator[int, None, list[Path]]:
    """Write STEM_true.txt and STEM_WORD.txt for each target and corruption of the first `rows`
    held-out rows (all of them by default), yielding the rows done; gives the paths.

    A word is `random:2,3` (these residues are random) or `only:2,3` (all others are). The files of
    one word are the same residues under each target. UsageError for a word that is none or names
    no modulus, or for more rows than are held out.
    """
    held_out = data.test
    count = len(held_out.n) if rows is None else rows
    if not 1 <= count <= len(held_out.n):
        raise UsageError(
            f"--rows {count}: data.{data.manifest.name} holds out {len(held_out.n):,} rows; "
            "give 1 to that many"
        )
    changes = [corruption(word, request.moduli) for word in words]
    wanted: dict[str, Json] = {
        **described(data.manifest, request),
        "corrupt": list(words),
        "rows": count,
    }
    standing = files_of(folder, wanted)
    if standing:
        return standing
    ends = ["true", *(ending(word) for word in words)]
    encoder = Encoder(request.moduli)

    def texts(piece: range) -> list[NDArray[np.uint8]]:
        part = held_out.part(piece)
        true = residues(part.n, request.moduli)
        tables = [true]
        for change in changes:
            tables.append(true.copy())
            change(tables[-1], piece.start)
        labels = [labels_of(part, target) for target in request.targets]
        return [encoder.lines(table, one) for table in tables for one in labels]

    def write(partial: Path) -> Generator[int, None, None]:
        names = [f"{STEMS[target]}_{end}.txt" for end in ends for target in request.targets]
        with ExitStack() as stack, failing("write", partial):
            files = [stack.enter_context(open(partial / name, "wb")) for name in names]
            todo = pieces(count, PIECE)
            made = stack.enter_context(closing(ordered(texts, todo, request.threads)))
            for piece, parts in zip(todo, made, strict=True):
                for file, text in zip(files, parts, strict=True):
                    file.write(text.data)
                    encoder.give_back(text)
                yield piece.stop

    return (yield from placed(folder, wanted, write))


def ending(word: str) -> str:
    """The end of a file's name: the published one, or random_5_7 and only_5_7."""
    return PUBLISHED.get(word, word.replace(":", "_").replace(",", "_"))
