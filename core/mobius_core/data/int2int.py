"""Int2Int text: a line a row, integers in signed base 1000, what the published scripts train on.

`V200 + r + 2 + r + 3 … + r + 541 TAB mu`: n mod p and p for each modulus, interleaved.
"""

from __future__ import annotations

import re
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


def parse_line(line: str) -> tuple[list[int], list[int], int]:
    """(residues, moduli, label) of one line; ValueError says what is wrong with it.

    For first lines and for complaints: the rows are read in C.
    """
    head, tab, label = line.partition("\t")
    if not tab:
        raise ValueError("no tab between input and label")
    if not re.fullmatch(r"-?\d{1,19}", label):
        raise ValueError(f'the label "{label[:40]}" is no whole number')
    tokens = head.split(" ")
    integers: list[int] = []
    for token in tokens[1:]:
        if token in ("+", "-"):
            if token == "-":
                raise ValueError("a residue or modulus is negative")
            integers.append(0)
        elif integers and re.fullmatch(r"\d{1,3}", token):
            integers[-1] = integers[-1] * 1000 + int(token)
        else:
            raise ValueError(f'"{token[:40]}" is no token of an integer')
    if tokens[0] != f"V{len(integers)}":
        raise ValueError(f'it begins with "{tokens[0][:40]}" and has {len(integers)} integers')
    row, moduli = integers[::2], integers[1::2]
    if len(row) != len(moduli) or not all(2 <= m <= 65535 for m in moduli):
        raise ValueError("it is not made of pairs n mod m, m with every m in 2..65535")
    return row, moduli, int(label)
