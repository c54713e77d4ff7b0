"""Where masks stand in a whole network, and which of its inputs they let through."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobius_core.errors import UsageError
from mobius_core.models.spec import MlpSpec
from mobius_core.sparsity import build

BYTES = 4
"""Of a weight."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """The linear layers of a model under its masks."""

    shapes: tuple[tuple[int, int], ...]
    """(out, inputs), first layer to last"""
    masks: Mapping[int, NDArray[np.bool_]]
    """by layer number from 1; a layer without one is dense"""
    visible: NDArray[np.bool_]
    """for each value of each token, shape (sum(vocabularies),): can it reach an output?"""

    parameters: int
    """weights, biases and embeddings, whether they exist or not"""

    @property
    def active_parameters(self) -> int:
        """Those that exist."""
        return self.parameters - sum(int(np.count_nonzero(~m)) for m in self.masks.values())

    @property
    def density(self) -> float:
        """Share of the weights of masked layers that exist; 1 without any."""
        size = sum(mask.size for mask in self.masks.values())
        kept = sum(int(np.count_nonzero(mask)) for mask in self.masks.values())
        return kept / size if size else 1.0


def masked_network(model: MlpSpec, vocabularies: Sequence[int], classes: int, seed: int) -> Network:
    """The network with its masks drawn from `seed`, the trial's stream `mask`.

    UsageError where its weights alone are more than this machine's memory: drawing masks for it
    would fill that before anybody was asked.
    """
    shapes = layer_shapes(model, vocabularies, classes)
    refuse_giants(shapes)
    masks = build.masks(model.mask, shapes, seed)
    reached = reachable(shapes, masks)
    return Network(
        shapes=shapes,
        masks=masks,
        visible=visible_values(model, vocabularies, reached),
        parameters=sum(out * (inputs + model.bias) for out, inputs in shapes)
        + sum(vocabularies) * (model.embedding or 0),
    )


def refuse_giants(shapes: Sequence[tuple[int, int]]) -> None:
    weights = sum(out * inputs for out, inputs in shapes)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if weights * BYTES > memory:
        raise UsageError(
            f"model.widths make {weights:.2g} weights, {weights * BYTES / 1e9:,.0f} GB, and this "
            f"machine has {memory / 1e9:,.0f} GB of memory; lower them"
        )


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
    """For each input of the first layer: does some path of weights lead to an output?"""
    alive = np.ones(shapes[-1][0], dtype=np.bool_)
    for layer in range(len(shapes), 0, -1):
        mask = masks.get(layer, np.ones(shapes[layer - 1], dtype=np.bool_))
        alive = np.logical_or.reduce(mask[alive], axis=0)
    return alive


def visible_values(
    model: MlpSpec, vocabularies: Sequence[int], reached: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Reach of inputs as reach of token values: an embedded token is seen whole or not at all."""
    if model.embedding is None:
        return reached
    token_seen = np.logical_or.reduce(reached.reshape(len(vocabularies), -1), axis=1)
    return np.repeat(token_seen, vocabularies)
