"""Attention by plain products, for bf16 on a CPU: its weights are made twice instead of kept.

torch's fused kernel loses to plain products there (head width 32, 402 positions: 347 against
102 ms). Kept for the gradient, the weights of int2int's four layers are 39 MiB of a piece of 4
rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import torch
from torch import Tensor

PIECE: Final = 3 << 20
"""Bytes of scores made at a time. Whole batches of them (83 MB at 402 positions) leave the cache
between one product and the next."""
FITS: Final = 1e30
"""Sums of powers below it, and above its inverse, lose nothing in bf16."""
LOG2_E: Final = math.log2(math.e)
"""Times this, scores are exponents of two: .51 ms a row for their powers instead of .59."""


class PlainAttention(torch.autograd.Function):
    """(rows, length, dim) from queries over the root of their width, keys and values side by side,
    (rows, length, 3 dim).

    Weights are powers over the sum of their row. Averages are divided by it instead, and for the
    gradient what is wanted of them (Dao 2023, FlashAttention-2, section 3.1): they are fewer.
    """

    @staticmethod
    def forward(ctx: Any, asked: Tensor, heads: int) -> Tensor:
        parts = side_by_side(asked, heads).contiguous()
        parts[0].mul_(LOG2_E)
        averages = asked.new_empty(*asked.shape[:2], asked.shape[2] // 3)
        sums = asked.new_empty(*parts.shape[1:4], 1)
        for rows in pieces(parts):
            average(parts[:, rows], averages=split(averages[rows], heads), sums=sums[rows])
        # As much as `asked`, which nothing else keeps, and the averages, which the next layer does.
        ctx.save_for_backward(parts, averages, sums)
        return averages

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        parts, averages, sums = ctx.saved_tensors
        _, count, heads, length, width = parts.shape
        found = parts.new_empty(count, length, 3 * heads * width)
        for rows in pieces(parts):
            wanted = split(gradients[0][rows], heads) / sums[rows]
            # A row's gradients of scores sum to zero. In two numbers: rounded to one, what they
            # are too large by would add up over the row.
            excess = (wanted.float() * split(averages[rows], heads)).sum(3, keepdim=True)
            high = excess.to(wanted.dtype)
            low = (excess - high).to(wanted.dtype)
            differentiate(
                parts[:, rows],
                powers_again(parts[:, rows], sums[rows]),
                torch.cat((wanted, -high, -low), dim=3),
                gradients=side_by_side(found[rows], heads),
            )
        return found, None


def average(parts: Tensor, *, averages: Tensor, sums: Tensor) -> None:
    """Write averages of values, (rows, heads, length, width), and sums (rows, heads, length, 1).

    Without looking for the largest score first: softmax takes twice the time. Where sums over- or
    underflow, which takes scores beyond 69, they are ones and the powers a softmax."""
    query, key, value = parts
    powers = (query @ key.transpose(2, 3)).exp2_()
    # Not a column of ones beside the values: products have columns by 16, so it costs half of one.
    torch.sum(powers, dim=3, keepdim=True, out=sums)
    least, most = sums.aminmax()
    if not 1 / FITS < float(least) <= float(most) < FITS:
        powers = softmax(query @ key.transpose(2, 3))
        sums.fill_(1)
    torch.div(powers @ value, sums, out=averages)


def powers_again(parts: Tensor, sums: Tensor) -> Tensor:
    """The weights (rows, heads, length, length) times the sums of their rows."""
    query, key, _ = parts
    scores = query @ key.transpose(2, 3)
    # Powers whose sums are one are weights, too.
    return softmax(scores) if bool((sums == 1).all()) else scores.exp2_()


def softmax(scores: Tensor) -> Tensor:
    """In place, of exponents of two."""
    return torch.softmax(scores.div_(LOG2_E), dim=3, out=scores)


def differentiate(parts: Tensor, powers: Tensor, wanted: Tensor, *, gradients: Tensor) -> None:
    """Write the gradients of queries, keys and values, (3, rows, heads, length, width); `wanted`
    are those of the averages, over their sums, and two columns to add to their products."""
    query, key, value = parts
    one = value.new_ones(()).expand(*value.shape[:3], 2)
    of_scores = (wanted @ torch.cat((value, one), dim=3).transpose(2, 3)).mul_(powers)
    gradients[0] = of_scores @ key
    torch.div(of_scores.transpose(2, 3) @ query, LOG2_E, out=gradients[1])
    gradients[2] = powers.transpose(2, 3) @ wanted[..., :-2]


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
