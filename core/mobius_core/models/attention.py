"""Multi-head attention, by whichever way is fastest where it runs."""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

PIECE: Final = 6 << 20
"""Bytes of scores made at a time on a CPU in bf16. Whole batches of them (83 MB at 402 positions)
leave the cache between product, softmax and product: 119 ms a layer instead of 102."""
FITS: Final = 1e30
"""Sums of exponentials below it, and above its inverse, lose nothing in bf16."""


class Attention(nn.Module):
    """Scaled dot-product attention (Vaswani et al. 2017) with projections in and out."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)

    def split(self, x: Tensor) -> Tensor:
        """(rows, length, dim) to (rows, heads, length, dim / heads)."""
        rows, length, dim = x.shape
        return x.view(rows, length, self.heads, dim // self.heads).transpose(1, 2)


class SelfAttention(Attention):
    """Each position looks at all positions; or, with `causal`, at its own and those before."""

    def forward(self, x: Tensor, *, causal: bool = False) -> Tensor:
        """(rows, length, dim) to the same."""
        projections = (self.query, self.key, self.value)
        # One product instead of three: x is then read and rounded once.
        weight = torch.cat([projection.weight for projection in projections])
        bias = torch.cat([projection.bias for projection in projections])
        asked = functional.linear(x, weight, bias)
        found: Tensor = self.out(attended(asked, self.heads, causal))
        return found


class CrossAttention(Attention):
    """A few positions look at many others.

    Keys and values of the many are never made. With K = S Wk' + bk the scores Q K' are
    (Q Wk) S' + Q bk', and with V = S Wv' + bv the result W V is (W S) Wv' + bv, as the weights W
    of a position sum to one: for 2 positions and 402 others 3 % of the products.
    """

    def forward(self, x: Tensor, source: Tensor) -> Tensor:
        """`x` (rows, length, dim) asks, `source` (rows, source length, dim) answers."""
        rows, length, dim = x.shape
        width = dim // self.heads
        query = self.split(self.query(x)) / math.sqrt(width)
        into = self.key.weight.view(self.heads, width, dim)
        offset = query @ self.key.bias.view(self.heads, width, 1).to(query.dtype)
        asked = (query @ into.to(query.dtype)).flatten(1, 2)
        scores = asked @ source.to(query.dtype).transpose(1, 2) + offset.flatten(1, 2)
        mixed = softmax(scores) @ source.to(query.dtype)
        back = self.value.weight.view(self.heads, width, dim).transpose(1, 2)
        values = mixed.view(rows, self.heads, length, dim) @ back.to(query.dtype)
        found: Tensor = self.out(values.transpose(1, 2).flatten(2) + self.value.bias)
        return found


def attended(asked: Tensor, heads: int, causal: bool) -> Tensor:
    """(rows, length, dim) from queries, keys and values side by side (rows, length, 3 dim).

    torch's fused kernel loses to plain products in bf16 on a CPU (head width 32, 402 positions:
    347 against 102 ms), and wins everywhere else.
    """
    if asked.device.type != "cpu" or asked.dtype != torch.bfloat16:
        query, key, value = parted(asked, heads)
        fused = functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
        return fused.transpose(1, 2).flatten(2)
    length = asked.shape[1]
    rows = max(1, PIECE // (2 * heads * length * length))
    found = [
        plainly_attended(*parted(piece, heads), causal).transpose(1, 2).flatten(2)
        for piece in torch.split(asked, rows)
    ]
    return torch.cat(found)


def parted(asked: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, (rows, heads, length, width) each."""
    rows, length, _ = asked.shape
    parts = asked.view(rows, length, 3, heads, -1).permute(2, 0, 3, 1, 4).contiguous()
    query, key, value = parts.unbind(0)
    return query, key, value


def plainly_attended(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
    """(rows, heads, length, width) each."""
    scores = (query / math.sqrt(query.shape[3])) @ key.transpose(2, 3)
    if causal:
        length = query.shape[2]
        later = torch.ones(length, length, dtype=torch.bool, device=query.device).triu(1)
        scores = scores.masked_fill(later, -math.inf)
    quick = None if torch.is_grad_enabled() else quickly_averaged(scores, value)
    return softmax(scores) @ value if quick is None else quick


def quickly_averaged(scores: Tensor, value: Tensor) -> Tensor | None:
    """softmax(scores) @ value without looking for the largest score first: 30 ms a layer instead of
    49. None where the sums over- or underflow, which takes scores beyond 69."""
    with torch.autocast(scores.device.type, enabled=False):
        weights = scores.exp()
        sums = weights.sum(dim=-1, keepdim=True).float()
        least, most = sums.aminmax()
        if not 1 / FITS < float(least) <= float(most) < FITS:
            return None
        return ((weights @ value) / sums).to(value.dtype)


def softmax(scores: Tensor) -> Tensor:
    """Over the last axis, in the precision of the scores: autocast would run it in fp32, and its
    backward pass alone would then be a third of a step."""
    with torch.autocast(scores.device.type, enabled=False):
        return scores.softmax(dim=-1)
