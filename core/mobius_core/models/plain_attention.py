"""Attention by plain products, for bf16 on a CPU: its weights are made twice instead of kept.

torch's fused kernel loses to plain products there (head width 32, 402 positions: 347 against
102 ms). Kept for the gradient, the weights of int2int's four layers are 39 MiB of a piece of 4
rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
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
    `keeps` powers for the gradient instead of making them again.
    """

    @staticmethod
    def forward(ctx: Any, asked: Tensor, heads: int, keeps: bool) -> Tensor:
        parts = parts_for_powers(asked, heads)
        kept = []
        averages = asked.new_empty(*asked.shape[:2], asked.shape[2] // 3)
        sums = asked.new_empty(*parts.shape[1:4], 1)
        for rows in pieces(len(asked), scores_a_row=heads * asked.shape[1] ** 2):
            query, key, value = parts[:, rows]
            powers = powers_of(query, key, sums[rows])
            if not fit(sums[rows]):
                # Weights are powers, too, whose sums are one.
                powers = weights(query, key)
                sums[rows] = 1
            torch.div(powers @ value, sums[rows], out=split(averages[rows], heads))
            if keeps and ctx.needs_input_grad[0]:
                kept.append(powers)
            del powers  # before the next rows have some, in the same memory
        # As much as `asked`, which nothing else keeps, and the averages, which the next layer does.
        ctx.save_for_backward(parts, averages, sums, *kept)
        return averages

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        parts, averages, sums, *kept = ctx.saved_tensors
        _, count, heads, length, width = parts.shape
        found = parts.new_empty(count, length, 3 * heads * width)
        for rows in pieces(count, scores_a_row=heads * length**2):
            query, key, value = parts[:, rows]
            powers = kept.pop(0) if kept else powers_again(query, key, sums[rows])
            wanted = Wanted.of(
                split(gradients[0][rows], heads), split(averages[rows], heads), sums[rows]
            )
            of_parts = differentiated(query, key, value, powers, wanted)
            del powers
            for part, of_part in zip(side_by_side(found[rows], heads), of_parts, strict=True):
                part.copy_(of_part)
        return found, None, None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Gradients of averages over the sums that these were divided by, (..., length, width)."""

    gradients: Tensor
    excess: Tensor
    """(..., length, 1), fp32: by how much the gradients of a row's scores are too large, for their
    sum is zero"""

    @classmethod
    def of(cls, gradients: Tensor, averages: Tensor, sums: Tensor) -> Wanted:
        gradients = gradients / sums
        return cls(gradients, (gradients.float() * averages).sum(-1, keepdim=True))

    def at(self, positions: slice) -> Wanted:
        return Wanted(self.gradients[..., positions, :], self.excess[..., positions, :])

    def by_values(self, value: Tensor) -> Tensor:
        """(..., length, keys): the gradients of powers. The excess in two columns: rounded to bf16
        it would be wrong by as much for all keys of a row, and its errors would add up."""
        high = self.excess.to(value.dtype)
        low = (self.excess - high).to(value.dtype)
        one = value.new_ones(()).expand(*value.shape[:-1], 2)
        columns = torch.cat((self.gradients, -high, -low), dim=-1)
        return columns @ torch.cat((value, one), dim=-1).mT


def differentiated(
    query: Tensor, key: Tensor, value: Tensor, powers: Tensor, wanted: Wanted
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of queries, as they were before LOG2_E, of keys and of values."""
    of_scores = wanted.by_values(value).mul_(powers)
    of_key = (of_scores.mT @ query).div_(LOG2_E)
    return of_scores @ key, of_key, powers.mT @ wanted.gradients


def powers_of(query: Tensor, key: Tensor, sums: Tensor | None = None) -> Tensor:
    """(..., queries, keys): weights, but for the sums of their rows, which are written to `sums`.

    Without looking for the largest score first, which takes softmax twice the time.
    """
    powers = (query @ key.mT).exp2_()
    if sums is not None:
        # Not by a column of ones beside the values: a product makes columns by sixteen.
        torch.sum(powers, dim=-1, keepdim=True, out=sums)
    return powers


def powers_again(query: Tensor, key: Tensor, sums: Tensor) -> Tensor:
    are_weights = bool((sums == 1).all())
    return weights(query, key) if are_weights else powers_of(query, key)


def weights(query: Tensor, key: Tensor) -> Tensor:
    scores = (query @ key.mT).div_(LOG2_E)
    return torch.softmax(scores, dim=-1, out=scores)


def fit(sums: Tensor) -> bool:
    """Whether none over- or underflows, which takes scores beyond 69."""
    least, most = sums.aminmax()
    return 1 / FITS < float(least) <= float(most) < FITS


def pieces(rows: int, *, scores_a_row: int) -> Iterator[slice]:
    """By as many rows as have PIECE bytes of scores, one at least."""
    size = max(1, PIECE // (2 * scores_a_row))
    return (slice(first, first + size) for first in range(0, rows, size))


def parts_for_powers(asked: Tensor, heads: int) -> Tensor:
    """(rows, length, 3 dim) to (3, rows, heads, length, width), the queries times LOG2_E."""
    parts = side_by_side(asked, heads).contiguous()
    parts[0].mul_(LOG2_E)
    return parts


def side_by_side(asked: Tensor, heads: int) -> Tensor:
    """(rows, length, 3 dim) to (3, rows, heads, length, width)."""
    rows, length, _ = asked.shape
    return asked.view(rows, length, 3, heads, -1).permute(2, 0, 3, 1, 4)


def split(x: Tensor, heads: int) -> Tensor:
    """(rows, length, dim) to (rows, heads, length, width)."""
    rows, length, _ = x.shape
    return x.view(rows, length, heads, -1).transpose(1, 2)
