"""Embedding lookups whose backward pass is not the slowest part of a CPU step."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


class _Lookup(torch.autograd.Function):
    # Any: autograd's context and its return values are untyped in torch itself.
    @staticmethod
    def forward(ctx: Any, table: Tensor, rows: Tensor) -> Tensor:
        ctx.save_for_backward(rows)
        ctx.size = table.shape[0]
        return functional.embedding(rows, table)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (rows,) = ctx.saved_tensors
        flat = gradient.reshape(-1, gradient.shape[-1])
        total = flat.new_zeros(ctx.size, flat.shape[1])
        return total.index_add_(0, rows.reshape(-1), flat), None


def lookup(table: Tensor, rows: Tensor) -> Tensor:
    """table[rows], for a table (values, width) and any shape of rows.

    torch's backward pass takes 8.4 ms for 2048 rows of 100 tokens of width 8, index_add_ 1.9 ms.
    On a GPU torch's is fast, and index_add_ not deterministic.
    """
    if table.device.type != "cpu":
        return functional.embedding(rows, table)
    found: Tensor = _Lookup.apply(table, rows)  # type: ignore[no-untyped-call]
    return found
