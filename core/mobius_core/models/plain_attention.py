"""Attention by plain products, for bf16 on a CPU.

torch's fused kernel loses to plain products there (head width 32, 402 positions: 347 against
102 ms). What one head multiplies of one row is a matrix, and all of them are a batch for torch's
products, (matrices, length, width).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

PIECE: Final = 5 << 19
"""Bytes of scores made at a time, 8 matrices of 402 positions. Whole batches of them (83 MB) leave
the cache between one product and the next."""
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
        parts = parts_for_powers(asked, heads)
        kept: list[Tensor] | None = [] if ctx.needs_input_grad[0] else None
        totals, sums = totalled(parts.flatten(1, 2), kept)
        if not fit(sums):
            totals, sums = weighted(parts.flatten(1, 2), kept), torch.ones_like(sums)
        averages = asked.new_empty(*asked.shape[:2], asked.shape[2] // 3)
        found = split(averages, heads)
        sums = sums.view(*found.shape[:3], 1)
        torch.div(totals.view(found.shape), sums, out=found)
        # As much as `asked`, which nothing else keeps, and the averages, which the next layer does.
        ctx.save_for_backward(parts, averages, sums, *(kept or ()))
        return averages

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        parts, averages, sums, *kept = ctx.saved_tensors
        heads = parts.shape[1]
        wanted = Wanted.of(split(gradients[0], heads), split(averages, heads), sums)
        of_parts = torch.empty_like(parts)
        differentiated(parts.flatten(1, 2), kept, wanted.flat(), of_parts.flatten(1, 2))
        return put_back(of_parts), None


Parts = Tensor | tuple[Tensor, Tensor, Tensor]
"""Queries, keys and values, (matrices, positions, width) each."""


def totalled(parts: Parts, kept: list[Tensor] | None) -> tuple[Tensor, Tensor]:
    """Products of powers and values, (matrices, queries, width), and the sums of the powers of each
    query, (matrices, queries, 1). The powers of each piece go to `kept`."""
    query, key, value = parts
    totals = torch.empty_like(query)
    sums = totals.new_empty(*totals.shape[:2], 1)
    for few in pieces(query, key):
        powers = powers_of(query[few], key[few], sums[few])
        torch.bmm(powers, value[few], out=totals[few])
        if kept is not None:
            kept.append(powers)
        del powers  # before the next matrices have some, in the same memory
    return totals, sums


def weighted(parts: Parts, kept: list[Tensor] | None) -> Tensor:
    """The same of weights, which are powers, too, whose sums are one."""
    query, key, value = parts
    scores = torch.bmm(query, key.mT).div_(LOG2_E)
    weights = torch.softmax(scores, dim=-1, out=scores)
    if kept is not None:
        kept[:] = [weights[few] for few in pieces(query, key)]
    return torch.bmm(weights, value)


def differentiated(parts: Parts, kept: Sequence[Tensor], wanted: Wanted, of_parts: Parts) -> None:
    """Writes the gradients of `parts` to `of_parts`: those of queries as they were before LOG2_E,
    those of keys times LOG2_E."""
    query, key, value = parts
    of_query, of_key, of_value = of_parts
    columns, values = wanted.columns(), with_ones(value)
    for few, powers in zip(pieces(query, key), kept, strict=True):
        of_scores = torch.bmm(columns[few], values[few].mT).mul_(powers)
        torch.bmm(of_scores, key[few], out=of_query[few])
        torch.bmm(of_scores.mT, query[few], out=of_key[few])
        torch.bmm(powers.mT, wanted.gradients[few], out=of_value[few])
        del of_scores  # before the next matrices have some, in the same memory


@dataclass(frozen=True, slots=True)
class Wanted:
    """Gradients of averages over the sums that these were divided by, (..., length, width)."""

    gradients: Tensor
    excess: Tensor
    """(..., length, 1), fp32: by how much the gradients of a query's scores are too large, for
    their sum is zero"""

    @classmethod
    def of(cls, gradients: Tensor, averages: Tensor, sums: Tensor) -> Wanted:
        over_sums = gradients.new_empty(gradients.shape)
        torch.div(gradients, sums, out=over_sums)
        return cls(over_sums, (over_sums.float() * averages).sum(-1, keepdim=True))

    def flat(self) -> Wanted:
        """With the first two axes in one."""
        return Wanted(self.gradients.flatten(0, 1), self.excess.flatten(0, 1))

    def columns(self) -> Tensor:
        """(..., length, width + 2), for values `with_ones`. The excess in two columns: rounded to
        bf16 it would be wrong by as much for all keys of a query, and its errors would add up."""
        high = self.excess.to(self.gradients.dtype)
        low = (self.excess - high).to(high.dtype)
        return torch.cat((self.gradients, -high, -low), dim=-1)


def with_ones(value: Tensor) -> Tensor:
    """(..., width + 2)."""
    return torch.cat((value, value.new_ones(()).expand(*value.shape[:-1], 2)), dim=-1)


def powers_of(query: Tensor, key: Tensor, sums: Tensor) -> Tensor:
    """(matrices, queries, keys): weights, but for the sums of their rows, which go to `sums`.

    Without looking for the largest score first, which takes softmax twice the time.
    """
    powers = torch.bmm(query, key.mT).exp2_()
    # Not by a column of ones beside the values: a product makes columns by sixteen.
    torch.sum(powers, dim=-1, keepdim=True, out=sums)
    return powers


def fit(sums: Tensor) -> bool:
    """Whether none over- or underflows, which takes scores beyond 69."""
    least, most = sums.aminmax()
    return 1 / FITS < float(least) <= float(most) < FITS


def pieces(query: Tensor, key: Tensor) -> Iterator[slice]:
    """By as many matrices as have PIECE bytes of scores, one at least."""
    count, queries, _ = query.shape
    size = max(1, PIECE // (2 * queries * key.shape[1]))
    return (slice(first, first + size) for first in range(0, count, size))


def parts_for_powers(asked: Tensor, heads: int) -> Tensor:
    """(rows, length, 3 dim) to (3, heads, rows, length, width), the queries times LOG2_E."""
    parts = side_by_side(asked, heads).contiguous()
    parts[0].mul_(LOG2_E)
    return parts


def put_back(of_parts: Tensor) -> Tensor:
    """What `differentiated` makes of `parts_for_powers` as the gradient of what these came from."""
    of_parts[1].div_(LOG2_E)
    _, heads, rows, length, width = of_parts.shape
    found = of_parts.new_empty(rows, length, 3 * heads * width)
    side_by_side(found, heads).copy_(of_parts)
    return found


def side_by_side(asked: Tensor, heads: int) -> Tensor:
    """(rows, length, 3 dim) to (3, heads, rows, length, width)."""
    rows, length, _ = asked.shape
    return asked.view(rows, length, 3, heads, -1).permute(2, 3, 0, 1, 4)


def split(x: Tensor, heads: int) -> Tensor:
    """(rows, length, dim) to (heads, rows, length, width)."""
    rows, length, _ = x.shape
    return x.view(rows, length, heads, -1).permute(2, 0, 1, 3)
