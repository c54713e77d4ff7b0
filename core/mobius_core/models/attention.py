"""Multi-head attention, by whichever way is fastest where it runs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mobius_core.models.linear import linear
from mobius_core.models.plain_attention import PlainAttention, side_by_side, split
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
        self.scale = float((dim // heads) ** -0.5)


class SelfAttention(Attention):
    """Each position looks at all positions."""

    def forward(self, x: Tensor) -> Tensor:
        """(rows, length, dim) to the same."""
        return self.told(attended(linear(x, *self.asking()), self.heads))

    def sharing(self, common: Tensor, own: Tensor) -> Tensor:
        """(rows, common + own, dim) from positions that are the same in all rows, (1, common, dim),
        and each row's own, (rows, own, dim)."""
        asked = linear(torch.cat((common[0], own.flatten(0, 1))), *self.asking())
        return self.told(attended_sharing(asked, common.shape[1], len(own), self.heads))

    def asking(self) -> tuple[Tensor, Tensor]:
        """Weights and biases of queries, keys and values: one product instead of three, for which x
        is read and rounded once. Queries are divided by the root of their width, where that is
        least work."""
        query, key, value = self.query, self.key, self.value
        weight = torch.cat((query.weight * self.scale, key.weight, value.weight))
        return weight, torch.cat((query.bias * self.scale, key.bias, value.bias))

    def told(self, averages: Tensor) -> Tensor:
        return linear(averages, self.out.weight, self.out.bias)


class CausalAttention(Attention):
    """A few positions, of which each looks at its own and those before."""

    def forward(self, x: Tensor) -> Tensor:
        """(rows, length, dim) to the same."""
        averages: Tensor = self.value(x)
        if x.shape[1] > 1:  # alone it looks at itself
            query, key, value = (
                split(y, self.heads) for y in (self.query(x), self.key(x), averages)
            )
            found = functional.scaled_dot_product_attention(
                query, key, value, is_causal=True, scale=self.scale
            )
            averages = found.permute(1, 2, 0, 3).flatten(2)
        told: Tensor = self.out(averages)
        return told


class CrossAttention(Attention):
    """A few positions look at many others.

    Keys and values of the many are never made. With K = S Wk' + bk the scores Q K' are
    (Q Wk) S' + Q bk', of which the last is the same for all keys and nothing to a softmax, and with
    V = S Wv' + bv the result W V is (W S) Wv' + bv, as the weights W of a position sum to one: for
    2 positions and 402 others 3 % of the products.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__(dim, heads)
        self.key.bias.requires_grad_(False)

    def forward(self, x: Tensor, source: Tensor) -> Tensor:
        """`x` (rows, length, dim) asks, `source` (rows, source length, dim) answers."""
        rows, length, dim = x.shape
        query = split(self.query(x) * self.scale, self.heads).flatten(1, 2)
        # A product for each head. One that broadcasts would copy the weights for each row.
        asked = query @ self.by_heads(self.key).to(query.dtype)
        asked = asked.view(-1, rows, length, dim).transpose(0, 1).flatten(1, 2)
        mixed: Tensor = Mixing.apply(asked, source)  # type: ignore[no-untyped-call]
        mixed = mixed.view(rows, -1, length, dim).transpose(0, 1).flatten(1, 2)
        values = mixed @ self.by_heads(self.value).to(mixed.dtype).mT
        values = values.view(-1, rows, length, dim // self.heads).permute(1, 2, 0, 3).flatten(2)
        found: Tensor = self.out(values + self.value.bias)
        return found

    def by_heads(self, part: nn.Linear) -> Tensor:
        """Its weights, (heads, width, dim)."""
        return part.weight.view(self.heads, -1, part.in_features)


class Mixing(torch.autograd.Function):
    """softmax(asked @ source') @ source, (rows, few, dim) from (rows, few, dim) and
    (rows, many, dim): products in the precision of `source`, the rest in fp32 at least."""

    @staticmethod
    def forward(ctx: Any, asked: Tensor, source: Tensor) -> Tensor:
        kind = torch.promote_types(source.dtype, torch.float32)
        few = asked.to(source.dtype)
        weights = torch.softmax(few @ source.mT, dim=-1, dtype=kind)
        ctx.save_for_backward(few, source, weights)
        return (weights.to(source.dtype) @ source).to(asked.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        few, source, weights = ctx.saved_tensors
        wanted = gradients[0].to(source.dtype)
        of_weights = weights * (wanted @ source.mT)
        of_scores = of_weights - weights * of_weights.sum(-1, keepdim=True)
        # Both ways in which the source matters in one product.
        of_source = torch.cat((of_scores, weights), dim=1).to(source.dtype).mT
        of_source = of_source @ torch.cat((few, wanted), dim=1)
        return of_scores.to(source.dtype) @ source, of_source


def attended(asked: Tensor, heads: int) -> Tensor:
    """(rows, length, dim) from queries over the root of their width, keys and values side by side,
    (rows, length, 3 dim).

    torch's fused kernel loses to plain products in bf16 on a CPU, and wins everywhere else.
    """
    if asked.device.type == "cpu" and asked.dtype == torch.bfloat16:
        plain: Tensor = PlainAttention.apply(asked, heads)  # type: ignore[no-untyped-call]
        return plain
    query, key, value = parted(asked, heads)
    fused = functional.scaled_dot_product_attention(query, key, value, scale=1.0)
    return fused.transpose(1, 2).flatten(2)


def parted(asked: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, (rows, heads, length, width) each."""
    query, key, value = side_by_side(asked, heads).transpose(1, 2).contiguous()
    return query, key, value
