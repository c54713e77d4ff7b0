"""Attention among positions of which many are the same in all rows, as in int2int's first layer.

302 of a sentence's 402 words say which moduli the residues have. Their queries, keys and values,
their scores of each other (56 % of all) and what these average are made once for all rows, and so
are their gradients, which are linear in what a row wants.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mobius_core.models.plain_attention import (
    PlainAttention,
    Wanted,
    differentiated,
    fit,
    parts_for_powers,
    pieces,
    powers_of,
    side_by_side,
    split,
)


class SharedAttention(torch.autograd.Function):
    """Averages (rows, common + own, dim) and the sums of their powers, from what PlainAttention
    takes of the common positions, (1, common, 3 dim), and of each row's own, (rows, own, 3 dim)."""

    @staticmethod
    def forward(ctx: Any, common: Tensor, own: Tensor, heads: int) -> tuple[Tensor, Tensor]:
        shared, parts = parts_for_powers(common, heads), parts_for_powers(own, heads)
        query, key, value = shared
        many = common.shape[1]
        averages = own.new_empty(len(own), many + own.shape[1], own.shape[2] // 3)
        sums = own.new_empty(len(own), heads, averages.shape[1], 1)
        sums_of_all = sums.new_empty(1, heads, many, 1)
        totals_of_all = powers_of(query, key, sums_of_all) @ value
        for rows in pieces(len(own), scores_a_row=scores_a_row(shared, parts)):
            found, divisors = split(averages[rows], heads), sums[rows]
            own_query, own_key, own_value = parts[:, rows]
            totals = powers_of(query, own_key, divisors[:, :, :many]) @ own_value
            divisors[:, :, :many] += sums_of_all
            torch.div(totals.add_(totals_of_all), divisors[:, :, :many], out=found[:, :, :many])
            key_of_all, value_of_all = joined(shared[1:], parts[1:, rows])
            totals = powers_of(own_query, key_of_all, divisors[:, :, many:]) @ value_of_all
            torch.div(totals, divisors[:, :, many:], out=found[:, :, many:])
        ctx.mark_non_differentiable(sums)
        ctx.save_for_backward(shared, parts, averages, sums)
        return averages, sums

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        shared, parts, averages, sums = ctx.saved_tensors
        query, key, value = shared
        _, heads, many, width = query.shape
        _, count, _, own, _ = parts.shape
        found = parts.new_empty(count, own, 3 * heads * width)
        # Sums over rows, in fp32: of three gradients, and of what is wanted.
        of_shared = torch.zeros(shared.shape)
        of_averages, excess = torch.zeros(query.shape), torch.zeros(1, heads, many, 1)
        for rows in pieces(count, scores_a_row=scores_a_row(shared, parts)):
            wanted = Wanted.of(
                split(gradients[0][rows], heads), split(averages[rows], heads), sums[rows]
            )
            of_own = side_by_side(found[rows], heads)
            own_query, own_key, own_value = parts[:, rows]
            # What the row's own positions ask, of all positions.
            key_of_all, value_of_all = joined(shared[1:], parts[1:, rows])
            powers = powers_of(own_query, key_of_all)
            asked = wanted.at(slice(many, None))
            of_query, *of_both = differentiated(own_query, key_of_all, value_of_all, powers, asked)
            of_own[0] = of_query
            for part, of_part in enumerate(of_both, 1):
                add_rows(of_shared[part], of_part[:, :, :many])
                of_own[part] = of_part[:, :, many:]
            # What the common ones ask, of the row's own and then, for all rows at once, of these.
            powers = powers_of(query, own_key)
            asked = wanted.at(slice(many))
            of_query, of_key, of_value = differentiated(query, own_key, own_value, powers, asked)
            add_rows(of_shared[0], of_query)
            of_own[1] += of_key
            of_own[2] += of_value
            add_rows(of_averages, asked.gradients)
            add_rows(excess, asked.excess)
        asked = Wanted(of_averages.to(found.dtype), excess)
        of_parts = differentiated(query, key, value, powers_of(query, key), asked)
        of_shared += torch.stack(of_parts)
        of_common = found.new_empty(1, many, 3 * heads * width)
        side_by_side(of_common, heads).copy_(of_shared)
        return of_common, found, None


def joined(shared: Tensor, own: Tensor) -> Tensor:
    """Keys and values of all positions, (2, rows, heads, common + own, width)."""
    return torch.cat((shared.expand(-1, own.shape[1], -1, -1, -1), own), dim=3)


def add_rows(total: Tensor, rows: Tensor) -> None:
    """Their sum in the precision of `total`, (1, ...), in a quarter of the time of sum(0)."""
    for row in rows:
        total += row


def scores_a_row(shared: Tensor, own: Tensor) -> int:
    _, _, heads, many, _ = shared.shape
    few = own.shape[3]
    return heads * few * (2 * many + few)


def attended_sharing(common: Tensor, own: Tensor, heads: int) -> Tensor:
    """SharedAttention's averages; where its sums do not fit, as PlainAttention makes them."""
    averages: Tensor
    averages, sums = SharedAttention.apply(common, own, heads)  # type: ignore[no-untyped-call]
    if not fit(sums):
        both = torch.cat((common.expand(len(own), -1, -1), own), dim=1)
        averages = PlainAttention.apply(both, heads, False)  # type: ignore[no-untyped-call]
    return averages
