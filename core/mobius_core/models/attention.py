"""Multi-head attention, by whichever way is fastest where it runs."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mobius_core.models.linear import linear
from mobius_core.models.plain_attention import PlainAttention, side_by_side
from mobius_core.models.shared_attention import attended_sharing


class Attention(nn.Module):
    """Scaled dot-product attention (Vaswani et al. 2017) with projections in and out."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)


class SelfAttention(Attention):
    """Each position looks at all positions; or, with `causal`, at its own and those before."""

    def forward(self, x: Tensor, *, causal: bool = False) -> Tensor:
        """(rows, length, dim) to the same."""
        if causal:
            scale = self.scale
            asked = torch.cat((self.query(x) * scale, self.key(x), self.value(x)), dim=2)
        else:
            asked = linear(x, *self.asking())
        return self.told(attended(asked, self.heads, causal))

    def sharing(self, common: Tensor, own: Tensor) -> Tensor:
        """(rows, common + own, dim) from positions that are the same in all rows, (1, common, dim),
        and each row's own, (rows, own, dim)."""
        many, few = common.shape[1], own.shape[:2]
        both = torch.cat((common[0], own.flatten(0, 1)))
        shared, each = linear(both, *self.asking()).tensor_split((many,))
        return self.told(attended_sharing(shared[None], each.unflatten(0, few), self.heads))

    def asking(self) -> tuple[Tensor, Tensor]:
        """Weights and biases of queries, keys and values: one product instead of three, for which x
        is read and rounded once. Queries are divided by the root of their width, where that is
        least work."""
        query, key, value = self.query, self.key, self.value
        weight = torch.cat((query.weight * self.scale, key.weight, value.weight))
        return weight, torch.cat((query.bias * self.scale, key.bias, value.bias))

    def told(self, averages: Tensor) -> Tensor:
        return linear(averages, self.out.weight, self.out.bias)

    @property
    def scale(self) -> float:
        return float((self.query.out_features // self.heads) ** -0.5)


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
        query = self.query(x).view(rows, length, self.heads, width) / math.sqrt(width)
        kind = query.dtype
        source = source.to(kind)
        into = self.key.weight.view(self.heads, width, dim).to(kind)
        bias = self.key.bias.view(self.heads, width).to(kind)
        # Sums over named axes: a broadcast product would copy the weights for each row.
        offset = torch.einsum("rlhw,hw->rhl", query, bias)
        asked = torch.einsum("rlhw,hwd->rhld", query, into).flatten(1, 2)
        # Source times asked, so that the gradient of the source comes in its own layout.
        scores = (source @ asked.transpose(1, 2)).transpose(1, 2)
        scores = scores + offset.flatten(1, 2).unsqueeze(2)
        mixed = (softmax(scores) @ source).view(rows, self.heads, length, dim)
        back = self.value.weight.view(self.heads, width, dim).to(kind)
        values = torch.einsum("rhld,hwd->rlhw", mixed, back).flatten(2)
        found: Tensor = self.out(values + self.value.bias)
        return found


def attended(asked: Tensor, heads: int, causal: bool) -> Tensor:
    """(rows, length, dim) from queries over the root of their width, keys and values side by side,
    (rows, length, 3 dim).

    torch's fused kernel loses to plain products in bf16 on a CPU, and wins everywhere else.
    """
    if asked.device.type == "cpu" and asked.dtype == torch.bfloat16 and not causal:
        plain: Tensor = PlainAttention.apply(asked, heads)  # type: ignore[no-untyped-call]
        return plain
    query, key, value = parted(asked, heads)
    fused = functional.scaled_dot_product_attention(query, key, value, is_causal=causal, scale=1.0)
    return fused.transpose(1, 2).flatten(2)


def parted(asked: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, (rows, heads, length, width) each."""
    query, key, value = side_by_side(asked, heads).contiguous()
    return query, key, value


def softmax(scores: Tensor) -> Tensor:
    """Over the last axis, in the precision of the scores: autocast would run it in fp32, and its
    backward pass alone would then be a third of a step."""
    with torch.autocast(scores.device.type, enabled=False):
        return scores.softmax(dim=-1)
