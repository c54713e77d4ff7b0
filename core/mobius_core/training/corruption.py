"""Inputs with some residues replaced by random ones: which of them does a network use?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core.errors import UsageError

SEED: Final = 20250214
"""Corruption is the same in every run, so that runs are compared on the same rows."""
BLOCK: Final = 1024
"""Rows drawn together, so that the draws do not depend on how many rows are asked for at a time."""


@dataclass(frozen=True)
class Corruption:
    """One word of `eval.corrupt`: `random:2,3` or `only:2,3`."""

    word: str
    columns: tuple[int, ...]
    """of the tokens that are replaced"""
    vocabularies: tuple[int, ...]

    def __call__(self, tokens: NDArray[np.uint16], first: int) -> None:
        """Replace the columns of tokens (rows, tokens) in place, each value equally likely;
        `first` is the number of the first row."""
        end = first + len(tokens)
        for block in range(first - first % BLOCK, end, BLOCK):
            draws = np.random.default_rng((SEED, block))
            skipped, taken = max(first - block, 0), min(end - block, BLOCK)
            here = slice(block + skipped - first, block + taken - first)
            for column in self.columns:
                values = draws.integers(self.vocabularies[column], size=BLOCK)
                tokens[here, column] = values[skipped:taken]


def corruptions(words: Sequence[str], vocabularies: Sequence[int]) -> list[Corruption]:
    """Those that these inputs allow; the others, which one file may ask of several arms, are named
    in the log and left out."""
    found = []
    for word in words:
        try:
            found.append(corruption(word, vocabularies))
        except UsageError as error:
            print(f"warning: {error}; left out", flush=True)
    return found


def corruption(word: str, vocabularies: Sequence[int]) -> Corruption:
    """UsageError where the word is none or names a modulus that is not an input."""
    kind, _, numbers = word.partition(":")
    moduli = numbers.split(",")
    if kind not in ("only", "random") or not all(number.isdecimal() for number in moduli):
        raise UsageError(f'eval.corrupt "{word}": give only:2,3 or random:2,3')
    named = {int(number) for number in moduli}
    if missing := named - set(vocabularies):
        raise UsageError(f'eval.corrupt "{word}": {min(missing)} is not among the inputs')
    columns = (i for i, size in enumerate(vocabularies) if (size in named) == (kind == "random"))
    return Corruption(word, tuple(columns), tuple(vocabularies))
