"""A bag of tokens: the sum of a vector for each, and an MLP on it (Zaheer et al. 2017).

The vectors are free, a table for each token; or, with `shared`, one small network makes them all
from a residue and its modulus as numbers. What it learns from n mod 2 then holds for n mod 541,
whose residues are seen 270 times less often.
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
    numbers: Tensor

    def __init__(self, spec: BagSpec, vocabularies: Sequence[int], classes: int) -> None:
        super().__init__()
        starts = np.concatenate(([0], np.cumsum(vocabularies[:-1]))).astype(np.int64)
        self.register_buffer("offsets", torch.from_numpy(starts), persistent=False)
        values = torch.cat([torch.arange(size) for size in vocabularies])
        sizes = torch.repeat_interleave(torch.tensor(vocabularies), torch.tensor(vocabularies))
        numbers = torch.stack((values.float().log1p(), sizes.float().log()), dim=1)
        self.register_buffer("numbers", numbers, persistent=False)
        self.table = None if spec.shared else nn.Parameter(torch.empty(len(values), spec.dim))
        self.maker = None
        if spec.shared:
            self.maker = Perceptron(2, spec.shared, spec.dim, "relu")
        self.perceptron = Perceptron(spec.dim, spec.widths, classes, spec.activation)

    def forward(self, tokens: Tensor) -> Tensor:
        total = functional.embedding_bag(tokens + self.offsets, self.vectors(), mode="sum")
        logits: Tensor = self.perceptron(total)
        return logits

    def vectors(self) -> Tensor:
        """(sum of the vocabularies, dim): of every value of every token."""
        if self.table is not None:
            return self.table
        assert self.maker is not None
        # In fp32: a hundred of them are added up.
        with torch.autocast(self.numbers.device.type, enabled=False):
            made: Tensor = self.maker(self.numbers)
        return made


def build(
    spec: BagSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    generator: torch.Generator,
) -> Bag:
    """A model on the CPU; it has no masked layers."""
    model = Bag(spec, vocabularies, classes)
    if model.table is not None:
        nn.init.normal_(model.table, std=SCALE, generator=generator)
    initialise_linears(model, generator)
    return model
