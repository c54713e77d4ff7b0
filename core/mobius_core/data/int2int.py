"""Int2Int text: a line a row, integers in signed base 1000, what the published scripts train on.

`V200 + r + 2 + r + 3 … + r + 541 TAB mu`: n mod p and p for each modulus, interleaved.
"""

from __future__ import annotations

from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core import _sieve
from mobius_core.data.sample import Rows

PIECE: Final = 1024
"""Rows made at a time: 1.1 MB of text for 100 primes."""
STEMS: Final = {"mu": "mu", "mu2": "musq"}
"""Targets as the published scripts begin the names of their files."""


class Encoder:
    """Text of rows of residues, in buffers that are used again: fresh memory would cost twice the
    formatting (86 ns a line of 100 residues)."""

    def __init__(self, moduli: Sequence[int]) -> None:
        self.moduli = np.array(moduli, dtype=np.uint16)
        self._spare: SimpleQueue[NDArray[np.uint8]] = SimpleQueue()

    def lines(self, residues: NDArray[np.uint16], labels: NDArray[np.int8]) -> NDArray[np.uint8]:
        """Of at most PIECE rows; `give_back` once it is written."""
        try:
            out = self._spare.get_nowait()
        except Empty:
            out = np.empty(PIECE * _sieve.int2int_width(len(self.moduli)), dtype=np.uint8)
        return out[: _sieve.write_int2int(residues, self.moduli, labels, out)]

    def give_back(self, text: NDArray[np.uint8]) -> None:
        assert text.base is not None, "a view of the whole buffer"
        self._spare.put(text.base)


def labels_of(rows: Rows, target: str) -> NDArray[np.int8]:
    """mu, or mu2: its square."""
    return rows.mu if target == "mu" else np.abs(rows.mu)
