"""What masks let through a whole network, and what they make impossible to learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core.models.spec import MlpSpec
from mobius_core.numbers.modular import Table
from mobius_core.sparsity.matching import structural_rank

LEAST_RANK: Final = 8
"""The native residue mask on 127 -> 251 has rank 3 and was never learned; rank 74 was."""
LEAST_CEILING: Final = 0.99
"""The usual onset threshold: a lower ceiling cannot reach it."""


def layer_shapes(
    model: MlpSpec, vocabularies: Sequence[int], classes: int
) -> tuple[tuple[int, int], ...]:
    """(out, inputs) of the linear layers, first to last; the first acts on the one-hots of all
    tokens side by side, or on their embeddings."""
    one_hots = model.embedding is None
    inputs = sum(vocabularies) if one_hots else len(vocabularies) * (model.embedding or 0)
    sides = (inputs, *model.widths, classes)
    return tuple(zip(sides[1:], sides[:-1], strict=True))


def reachable(
    shapes: Sequence[tuple[int, int]], masks: Mapping[int, NDArray[np.bool_]]
) -> NDArray[np.bool_]:
    """For each input of the first layer: does some path of weights lead to an output?

    `masks` are by layer number from 1; a layer without one is dense.
    """
    alive = np.ones(shapes[-1][0], dtype=np.bool_)
    for layer in range(len(shapes), 0, -1):
        mask = masks.get(layer, np.ones(shapes[layer - 1], dtype=np.bool_))
        alive = np.logical_or.reduce(mask[alive], axis=0)
    return alive


def visible_values(
    model: MlpSpec, vocabularies: Sequence[int], reached: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """For each value of each token, shape (sum(vocabularies),): can it reach an output?

    `reached` is `reachable` of the network. Behind an embedding a token is seen as a whole.
    """
    if model.embedding is None:
        return reached
    token_seen = np.logical_or.reduce(reached.reshape(len(vocabularies), -1), axis=1)
    return np.repeat(token_seen, vocabularies)


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


def obstacles(masks: Mapping[int, NDArray[np.bool_]], ceiling: float) -> tuple[str, ...]:
    """Why a modular task cannot be learned under these masks, one sentence each; usually none."""
    found = [
        f"the mask on layer {layer} has structural rank {rank}, below {LEAST_RANK}: "
        f"so narrow a passage was never learned"
        for layer, mask in masks.items()
        if (rank := structural_rank(mask)) < LEAST_RANK
    ]
    if ceiling < LEAST_CEILING:
        found.append(
            f"inputs that reach no output cap the accuracy at {ceiling:.3f} of the full table"
        )
    return tuple(found)
