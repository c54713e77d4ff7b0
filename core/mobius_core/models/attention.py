"""Multi-head attention, by whichever kernel is faster where it runs."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class Attention(nn.Module):
    """Scaled dot-product attention (Vaswani et al. 2017) with projections in and out."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x: Tensor, source: Tensor, *, causal: bool = False) -> Tensor:
        """Each position of `x` (rows, length, dim) looks at `source` (rows, source length, dim);
        with `causal`, at its own position and those before."""
        query, key, value = (
            self.split(self.query(x)),
            self.split(self.key(source)),
            self.split(self.value(source)),
        )
        found: Tensor = self.out(attend(query, key, value, causal).transpose(1, 2).flatten(2))
        return found

    def split(self, x: Tensor) -> Tensor:
        """(rows, length, dim) to (rows, heads, length, dim / heads)."""
        rows, length, dim = x.shape
        return x.view(rows, length, self.heads, dim // self.heads).transpose(1, 2)


def attend(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
    """(rows, heads, length, width) each.

    torch's fused kernel loses to plain products in bf16 on a CPU (head width 32, 402 positions),
    and wins everywhere else.
    """
    if query.device.type != "cpu" or query.dtype != torch.bfloat16:
        return functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
    scores = (query / math.sqrt(query.shape[3])) @ key.transpose(2, 3)
    if causal:
        length = query.shape[2]
        later = torch.ones(length, length, dtype=torch.bool, device=query.device).triu(1)
        scores = scores.masked_fill(later, -math.inf)
    # Autocast would run the softmax in fp32: its backward pass alone is then a third of a step.
    with torch.autocast("cpu", enabled=False):
        weights = scores.softmax(dim=3)
    return weights @ value
