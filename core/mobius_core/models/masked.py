"""A linear layer in which some weights do not exist."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional


class MaskedLinear(nn.Linear):
    """`nn.Linear` whose weights outside the mask are exactly zero, from the start and for ever.

    They start at zero and, because the forward pass multiplies by the mask, receive a gradient of
    zero; AdamW and weight decay leave a zero with zero gradient at zero. So norms, decay and
    checkpoints see only weights that exist, with no work after an optimiser step.
    """

    mask: Tensor

    def __init__(self, mask: npt.NDArray[np.bool_], *, bias: bool) -> None:
        """`mask` is (out, in)."""
        out, inputs = mask.shape
        super().__init__(inputs, out, bias=bias)
        self.register_buffer("mask", torch.from_numpy(np.ascontiguousarray(mask)).float())

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, effective_weight(self), self.bias)


def effective_weight(layer: nn.Linear) -> Tensor:
    """(out, in): the weights that the layer multiplies by."""
    return layer.weight * layer.mask if isinstance(layer, MaskedLinear) else layer.weight


def linear(inputs: int, out: int, mask: npt.NDArray[np.bool_] | None, *, bias: bool) -> nn.Linear:
    """A dense or a masked layer, to be initialised below."""
    return nn.Linear(inputs, out, bias=bias) if mask is None else MaskedLinear(mask, bias=bias)


@torch.no_grad()
def initialise(layer: nn.Linear, generator: torch.Generator) -> None:
    """Uniform in +-1/sqrt(fan in), the fan-in counted row by row inside the mask.

    The underlying draw does not depend on the mask, so that arms with one seed share their base
    weights; without the rescaling activations of a sparse layer start too small by the square
    root of its density. A row without inputs gets zeros.
    """
    layer.weight.uniform_(-1.0, 1.0, generator=generator)
    if layer.bias is not None:
        layer.bias.uniform_(-1.0, 1.0, generator=generator)
    if not isinstance(layer, MaskedLinear):
        scale = torch.full((layer.out_features,), 1.0 / math.sqrt(layer.in_features))
    else:
        fan_in = layer.mask.sum(dim=1)
        scale = torch.where(fan_in > 0, fan_in, torch.inf).rsqrt()
        layer.weight.mul_(layer.mask)
    layer.weight.mul_(scale[:, None])
    if layer.bias is not None:
        layer.bias.mul_(scale)
