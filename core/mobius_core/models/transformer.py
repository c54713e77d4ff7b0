"""An encoder that reads one token per input: what int2int spells in four words is one vector.

The answer is read at a mark beside the tokens, so of the last layer only that position is made.
Tokens need no positions: each has a table of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mobius_core.errors import UsageError
from mobius_core.models.attention import CrossAttention, SelfAttention
from mobius_core.models.feed_forward import FeedForward
from mobius_core.models.lookup import lookup
from mobius_core.models.perceptron import initialise_linears
from mobius_core.models.spec import TransformerSpec


class Layer(nn.Module):
    """Normalised before each part, with the identity around it (Xiong et al. 2020)."""

    def __init__(self, spec: TransformerSpec) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(spec.dim)
        self.attention = SelfAttention(spec.dim, spec.heads)
        self.feed_forward_norm = nn.LayerNorm(spec.dim)
        self.feed_forward = FeedForward(spec.dim, spec.ffn, spec.dropout)
        self.dropout = nn.Dropout(spec.dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.dropout(self.attention(self.attention_norm(x)))
        result: Tensor = x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))
        return result


class LastLayer(nn.Module):
    """The same, of the first position alone."""

    def __init__(self, spec: TransformerSpec) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(spec.dim)
        self.attention = CrossAttention(spec.dim, spec.heads)
        self.feed_forward_norm = nn.LayerNorm(spec.dim)
        self.feed_forward = FeedForward(spec.dim, spec.ffn, spec.dropout)
        self.dropout = nn.Dropout(spec.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, length, dim) to (rows, dim)."""
        normed = self.attention_norm(x)
        mark = x[:, :1] + self.dropout(self.attention(normed[:, :1], normed))
        result: Tensor = mark + self.dropout(self.feed_forward(self.feed_forward_norm(mark)))
        return result[:, 0]


class Transformer(nn.Module):
    """Tokens (rows, tokens) to logits (rows, classes)."""

    offsets: Tensor

    def __init__(self, spec: TransformerSpec, vocabularies: Sequence[int], classes: int) -> None:
        super().__init__()
        starts = np.concatenate(([0], np.cumsum(vocabularies[:-1]))).astype(np.int64)
        self.register_buffer("offsets", torch.from_numpy(starts), persistent=False)
        self.embedding = nn.Embedding(sum(vocabularies), spec.dim)
        self.mark = nn.Parameter(torch.empty(1, 1, spec.dim))
        self.layers = nn.ModuleList(Layer(spec) for _ in range(spec.layers - 1))
        self.last = LastLayer(spec)
        self.norm = nn.LayerNorm(spec.dim)
        self.score = nn.Linear(spec.dim, classes)

    def forward(self, tokens: Tensor) -> Tensor:
        read = lookup(self.embedding.weight, tokens + self.offsets)
        x = torch.cat((self.mark.expand(len(tokens), -1, -1), read), dim=1)
        for layer in self.layers:
            x = layer(x)
        logits: Tensor = self.score(self.norm(self.last(x)))
        return logits


def build(
    spec: TransformerSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    generator: torch.Generator,
) -> Transformer:
    """A model on the CPU; it has no masked layers. UsageError where heads do not divide dim.

    Vectors start with the norm 1, as in int2int.
    """
    if spec.dim % spec.heads:
        raise UsageError(f"model.heads = {spec.heads} does not divide model.dim = {spec.dim}")
    model = Transformer(spec, vocabularies, classes)
    initialise_linears(model, generator)
    for table in (model.embedding.weight, model.mark):
        nn.init.normal_(table, std=spec.dim**-0.5, generator=generator)
    return model
