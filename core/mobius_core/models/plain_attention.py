"""Attention by plain products, for bf16 on a CPU: its weights are made twice instead of kept.

torch's fused kernel loses to plain products there (head width 32, 402 positions: 347 against
102 ms). Kept for the gradient, the weights of int2int's four layers are 39 MiB of a piece of 4
rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import torch
from torch import Tensor

PIECE: Final = 3 << 20
"""Bytes of scores made at a time. Whole batches of them (83 MB at 402 positions) leave the cache
between one product and the next."""
FITS: Final = 1e30
"""Sums of exponentials below it, and above its inverse, lose nothing in bf16."""


class PlainAttention(torch.autograd.Function):
    """(rows, length, dim) from queries over the root of their width, keys and values side by side,
    (rows, length, 3 dim)."""

    @staticmethod
    def forward(ctx: Any, asked: Tensor, heads: int) -> Tensor:
        # What is kept for the gradient: as much as `asked`, which nothing else keeps.
        parts = side_by_side(asked, heads).contiguous()
        ctx.save_for_backward(parts)
        averages = asked.new_empty(*asked.shape[:2], asked.shape[2] // 3)
        for rows in pieces(parts):
            query, key, value = parts[:, rows]
            found = quickly_averaged(query @ key.transpose(2, 3), value)
            if found is None:
                found = weighed(query, key) @ value
            split(averages[rows], heads).copy_(found)
        return averages

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (parts,) = ctx.saved_tensors
        _, count, heads, length, width = parts.shape
        found = parts.new_empty(count, length, 3 * heads * width)
        for rows in pieces(parts):
            query, key, value = parts[:, rows]
            weights = weighed(query, key)
            wanted = split(gradients[0][rows], heads).contiguous()
            of_value = weights.transpose(2, 3) @ wanted
            # Private in torch, as is what its autograd calls here, which makes a third piece of
            # this size instead of writing over the weights.
            of_scores = torch._softmax_backward_data(
                wanted @ value.transpose(2, 3), weights, -1, weights.dtype, grad_input=weights
            )
            of_query, of_key = of_scores @ key, of_scores.transpose(2, 3) @ query
            side_by_side(found[rows], heads).copy_(torch.stack((of_query, of_key, of_value)))
        return found, None


def weighed(query: Tensor, key: Tensor) -> Tensor:
    """(rows, heads, length, length): how much each position takes of each."""
    scores = query @ key.transpose(2, 3)
    return torch.softmax(scores, dim=-1, out=scores)


def quickly_averaged(scores: Tensor, value: Tensor) -> Tensor | None:
    """softmax(scores) @ value, in place, without looking for the largest score first: .56 ms a row
    instead of .95. None where the sums over- or underflow, which takes scores beyond 69."""
    one = value.new_ones(()).expand(*value.shape[:3], 1)
    both = scores.exp_() @ torch.cat((value, one), dim=3)
    sums = both[..., -1:]
    least, most = sums.aminmax()
    if not 1 / FITS < float(least) <= float(most) < FITS:
        return None
    return both[..., :-1] / sums


def pieces(parts: Tensor) -> Iterator[slice]:
    """By as many rows as have PIECE bytes of scores, one at least."""
    _, rows, heads, length, _ = parts.shape
    size = max(1, PIECE // (2 * heads * length * length))
    return (slice(first, first + size) for first in range(0, rows, size))


def side_by_side(asked: Tensor, heads: int) -> Tensor:
    """(rows, length, 3 dim) to (3, rows, heads, length, width)."""
    rows, length, _ = asked.shape
    return asked.view(rows, length, 3, heads, -1).permute(2, 0, 3, 1, 4)


def split(x: Tensor, heads: int) -> Tensor:
    """(rows, length, dim) to (rows, heads, length, width)."""
    rows, length, _ = x.shape
    return x.view(rows, length, heads, -1).transpose(1, 2)
