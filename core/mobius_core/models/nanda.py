"""The one-layer transformer of Nanda et al. 2023 (arXiv 2301.05217).

Reads `a b =` and answers at `=`. Of a single layer nothing but the last position is read, and what
`=` asks for depends on neither a nor b, so attention is a softmax over three numbers that come from
tables of p values: the same function as the textbook's causal attention at a tenth of its products.
The output has no logit for `=`, which is never an answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from mobius_core.errors import UsageError
from mobius_core.models.lookup import lookup
from mobius_core.models.spec import NandaSpec


class Nanda(nn.Module):
    """Tokens (rows, tokens), all of one vocabulary, to logits (rows, classes)."""

    def __init__(self, spec: NandaSpec, values: int, tokens: int, classes: int) -> None:
        super().__init__()
        self.heads = spec.heads
        self.embedding = nn.Embedding(values + 1, spec.dim)
        """a table for all tokens; its last row is `=`"""
        # Three axes, because it is a sum and no linear map: optimisers for matrices leave it alone.
        self.positions = nn.Parameter(torch.empty(1, tokens + 1, spec.dim))
        self.query, self.key, self.value, self.out = (
            nn.Linear(spec.dim, spec.dim, bias=False) for _ in range(4)
        )
        self.enter = nn.Linear(spec.dim, spec.hidden)
        self.leave = nn.Linear(spec.hidden, spec.dim)
        self.unembedding = nn.Linear(spec.dim, classes, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        read = self.embedding.weight[:-1] + self.positions[0, :-1, None]
        equals = self.embedding.weight[-1:] + self.positions[0, -1:]
        rows = (tokens + self.starts(tokens)).T
        scores = lookup(self.attention(equals, read).flatten(0, 1), rows)
        ours = self.attention(equals, equals[None])[0].expand(1, tokens.shape[0], self.heads)
        weights = torch.cat((scores, ours)).softmax(dim=0)
        found = self.mixed(weights, read, rows, equals)
        x = equals + self.out(found)
        x = x + self.leave(functional.relu(self.enter(x)))
        logits: Tensor = self.unembedding(x)
        return logits

    def attention(self, asking: Tensor, read: Tensor) -> Tensor:
        """(positions, values, heads): how strongly `=` looks at each value in each position."""
        width = asking.shape[1] // self.heads
        query = self.query(asking).view(self.heads, width)
        keys = self.key(read).view(*read.shape[:2], self.heads, width)
        scores: Tensor = (keys * query).float().sum(dim=3) / math.sqrt(width)
        return scores

    def mixed(self, weights: Tensor, read: Tensor, rows: Tensor, equals: Tensor) -> Tensor:
        """(rows, dim): the values at the three positions in the proportions of `weights`
        (positions, rows, heads)."""
        # fp32, because the backward pass adds up the gradients of all rows of a value.
        table = self.value(read).float().flatten(0, 1)
        seen = lookup(table, rows).view(*rows.shape, self.heads, -1)
        own = self.value(equals).float().view(self.heads, -1)
        sums: Tensor = (weights[:-1, ..., None] * seen).sum(dim=0) + weights[-1, ..., None] * own
        return sums.flatten(1)

    def starts(self, tokens: Tensor) -> Tensor:
        """(tokens,): where each position's rows begin in tables of all positions."""
        values = self.embedding.num_embeddings - 1
        return torch.arange(tokens.shape[1], device=tokens.device) * values

    def token_tables(self) -> Tensor:
        """(1, values, dim): both operands share one embedding."""
        return self.embedding.weight[:-1].detach()[None]


def build(
    spec: NandaSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    generator: torch.Generator,
) -> Nanda:
    """A model on the CPU; it has no masked layers. UsageError where tokens differ in vocabulary.

    As published all matrices start normal with standard deviation 1/sqrt(dim), the unembedding
    with 1/sqrt(tokens it knows), biases at zero.
    """
    if len(set(vocabularies)) != 1:
        raise UsageError("model nanda embeds all tokens by one table: they need one modulus")
    if spec.dim % spec.heads:
        raise UsageError(f"model.heads = {spec.heads} does not divide model.dim = {spec.dim}")
    model = Nanda(spec, vocabularies[0], len(vocabularies), classes)
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
        else:
            fan = vocabularies[0] + 1 if name.startswith("unembedding") else spec.dim
            nn.init.normal_(parameter, std=fan**-0.5, generator=generator)
    return model
