"""The norm of a sum, as every part of a transformer ends (Vaswani et al. 2017), in bf16 on a CPU
with what it is rounded to."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn


class Normed(NamedTuple):
    """What a layer norm returns."""

    exact: Tensor
    """for sums"""
    rounded: Tensor
    """for products; the same where these take it as it is"""


class NormedSum(torch.autograd.Function):
    """Normed of x in fp32 and `part` in bf16, (..., dim).

    torch copies `part` to fp32 and then adds to a third tensor, and in the backward pass adds what
    sums and products want of the norm in a fourth.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, part: Tensor, weight: Tensor, bias: Tensor, epsilon: float
    ) -> tuple[Tensor, Tensor]:
        total = part.float().add_(x)
        exact, mean, scale = torch.native_layer_norm(total, weight.shape, weight, bias, epsilon)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(total, mean, scale, weight, bias)
        return exact, exact.bfloat16()

    @staticmethod
    def backward(
        ctx: Any, of_exact: Tensor | None, of_rounded: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, None]:
        total, mean, scale, weight, bias = ctx.saved_tensors
        # None where nothing sums the norm, or no product reads it.
        wanted = of_exact
        if of_rounded is not None:
            wanted = of_rounded.float()
            if of_exact is not None:
                wanted += of_exact
        of_total, of_weight, of_bias = torch.ops.aten.native_layer_norm_backward(
            wanted, total, weight.shape, mean, scale, weight, bias, [True, True, True]
        )
        return of_total, of_total.bfloat16(), of_weight, of_bias, None


def normed_sum(norm: nn.LayerNorm, x: Tensor, part: Tensor) -> Normed:
    """Of x and `part`, (..., dim)."""
    kinds = x.device.type, x.dtype, part.dtype
    if kinds == ("cpu", torch.float32, torch.bfloat16):
        arguments = x, part, norm.weight, norm.bias, norm.eps
        return Normed(*NormedSum.apply(*arguments))  # type: ignore[no-untyped-call]
    exact: Tensor = norm(x + part)
    return Normed(exact, exact)
