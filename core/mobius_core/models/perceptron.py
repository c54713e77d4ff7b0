"""Linear layers with an activation between them: the end of every model that adds up its tokens."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from mobius_core.models.masked import initialise


def square(x: Tensor) -> Tensor:
    return x * x


ACTIVATIONS: Final[dict[str, Callable[[Tensor], Tensor]]] = {
    "relu": functional.relu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "quadratic": square,
}


def sines_of(units: int) -> int:
    """How many units of a layer of waves are sines; the others are ReLUs."""
    return (units + 1) // 2


def waves(x: Tensor) -> Tensor:
    sines = sines_of(x.shape[-1])
    return torch.cat((x[..., :sines].sin(), functional.relu(x[..., sines:])), dim=-1)


PERIODIC: Final[dict[str, Callable[[Tensor], Tensor]]] = {
    **ACTIVATIONS,
    "sine": torch.sin,
    "waves": waves,
}
"""With sines (Sitzmann et al. 2020), which find a parity where ReLUs see no slope towards it. Of
waves, the ReLUs first make something of a sum, of which the sines then tell the parity."""
FREQUENCY: Final = 3.0
"""How much larger the first weights of a network of sines start: a unit whose weight nears pi turns
with each divisor. At 1 none does, and mu stays at 51.6 % of the oracle's 52.7."""
FASTEST: Final = 30.0
"""The same for the fastest of the waves. The slowest have 1 and the others lie evenly between by
their logarithms, so that some turn with each divisor, however long its vector is by then. At 10 or
100 mu stays at 51.5 % from residues alone."""


class Perceptron(nn.Module):
    """Vectors (rows, inputs) to logits (rows, classes)."""

    def __init__(self, inputs: int, widths: Sequence[int], classes: int, activation: str) -> None:
        super().__init__()
        sides = itertools.pairwise((inputs, *widths, classes))
        self.layers = nn.ModuleList(nn.Linear(before, after) for before, after in sides)
        self.activation = PERIODIC[activation]
        others = functional.relu if activation == "waves" else self.activation
        self.bends = (self.activation, *[others] * (len(widths) - 1))[: len(widths)]
        """after each layer but the last"""

    def forward(self, x: Tensor) -> Tensor:
        first, *others = self.layers
        x = first(x)
        for bend, layer in zip(self.bends, others, strict=True):
            x = layer(bend(x))
        return x


@torch.no_grad()
def initialise_linears(model: nn.Module, generator: torch.Generator) -> None:
    """All linear layers of a model as in `models.masked.initialise`, in the order it lists them."""
    for module in model.modules():
        if isinstance(module, nn.Linear):
            initialise(module, generator)
    for module in model.modules():
        if isinstance(module, Perceptron):
            tune(module, generator)


@torch.no_grad()
def tune(perceptron: Perceptron, generator: torch.Generator) -> None:
    """Frequencies of a first layer with sines; of waves the phases, too."""
    if not perceptron.bends:
        return
    weight, bias = (perceptron.layers.get_parameter(f"0.{name}") for name in ("weight", "bias"))
    if perceptron.activation is torch.sin:
        weight.mul_(FREQUENCY)
    if perceptron.activation is waves:
        sines = sines_of(len(bias))
        weight[:sines].mul_(torch.logspace(0, math.log10(FASTEST), sines)[:, None])
        bias[:sines].uniform_(-math.pi, math.pi, generator=generator)
