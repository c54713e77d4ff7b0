"""What masks make impossible to learn, known before training."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core.numbers.modular import Table
from mobius_core.sparsity.matching import structural_rank
from mobius_core.sparsity.network import Network

LEAST_RANK: Final = 8
"""The native residue mask on 127 -> 251 has rank 3 and was never learned; rank 74 was."""
LEAST_CEILING: Final = 0.99
"""The usual onset threshold: a lower ceiling cannot reach it."""


def accuracy_ceiling(table: Table, modulus: int, visible: NDArray[np.bool_]) -> float:
    """Largest accuracy on the whole table of any function of what the network can see.

    `visible`, shape (2 * modulus,): the one-hot inputs of a, then of b. All blind values of an
    operand look the same, so the best answer for such a cell is its commonest label.
    """
    a = np.where(visible[:modulus][table.a], table.a, modulus)
    b = np.where(visible[modulus:][table.b], table.b, modulus)
    blind = (a == modulus) | (b == modulus)
    if not blind.any():
        return 1.0
    cell_and_label = (a[blind] * (modulus + 1) + b[blind]) * modulus + table.label[blind]
    keys, counts = np.unique(cell_and_label, return_counts=True)
    first_of_cell = np.unique(keys // modulus, return_index=True)[1]
    right = int(np.maximum.reduceat(counts, first_of_cell).sum())
    return (np.count_nonzero(~blind) + right) / len(blind)


def obstacles(network: Network, ceiling: float) -> tuple[str, ...]:
    """Why a modular task cannot be learned by this network, one sentence each; usually none."""
    found = [
        f"the mask on layer {layer} has structural rank {rank}, below {LEAST_RANK}: "
        "so narrow a passage was never learned"
        for layer, mask in network.masks.items()
        if (rank := structural_rank(mask)) < LEAST_RANK
    ]
    if ceiling < LEAST_CEILING:
        found.append(
            f"inputs that reach no output cap the accuracy at {ceiling:.3f} of the full table"
        )
    return tuple(found)
