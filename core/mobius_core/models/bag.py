"""A bag of tokens: the sum of a vector for each, and an MLP on it (Zaheer et al. 2017).

The vectors are free, a table for each token; or, with `tied`, one for each value whatever its
modulus, scaled for each token. What is learned of n mod 2 = 0 then holds for n mod 541 = 0, which
is seen 270 times less often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from mobius_core.models.perceptron import Perceptron, initialise_linears
from mobius_core.models.spec import BagSpec

SCALE: Final = 0.1
"""Standard deviation of a free vector at the start: of 100 of them the sum has 1."""


class Bag(nn.Module):
    """Tokens (rows, tokens) to logits (rows, classes)."""

    offsets: Tensor
    values: Tensor
    places: Tensor

    def __init__(self, spec: BagSpec, vocabularies: Sequence[int], classes: int) -> None:
        super().__init__()
        sizes = torch.tensor(vocabularies)
        values = torch.cat([torch.arange(size) for size in vocabularies])
        places = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
        self.register_buffer("offsets", torch.cumsum(sizes, 0) - sizes, persistent=False)
        self.register_buffer("values", values, persistent=False)
        self.register_buffer("places", places, persistent=False)
        rows = max(vocabularies) if spec.tied else len(values)
        self.table = nn.Parameter(torch.zeros(rows, spec.dim))
        self.scale = nn.Parameter(torch.ones(len(sizes), spec.dim)) if spec.tied else None
        self.perceptron = Perceptron(spec.dim, spec.widths, classes, spec.activation)

    def forward(self, tokens: Tensor) -> Tensor:
        total = functional.embedding_bag(tokens + self.offsets, self.vectors(), mode="sum")
        logits: Tensor = self.perceptron(total)
        return logits

    def vectors(self) -> Tensor:
        """(sum of the vocabularies, dim): of every value of every token."""
        if self.scale is None:
            return self.table
        return self.table[self.values] * self.scale[self.places]


def build(
    spec: BagSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    generator: torch.Generator,
) -> Bag:
    """A model on the CPU; it has no masked layers.

    Tied vectors start at zero: a value that has not been told apart adds nothing to the sum.
    """
    model = Bag(spec, vocabularies, classes)
    if model.scale is None:
        nn.init.normal_(model.table, std=SCALE, generator=generator)
    initialise_linears(model, generator)
    return model
