"""What the divisibility oracle is told, and nothing else: which primes divide n, then an MLP.

With `dim` the indicators are first added up, each as a vector. These are free, but start equal, so
that the number of divisors is there to be found, and differ later as far as it pays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mobius_core.models.divisors import Divisors
from mobius_core.models.perceptron import Perceptron, initialise_linears
from mobius_core.models.spec import IndicatorsSpec


class Indicators(nn.Module):
    """Residues (rows, tokens) to logits (rows, classes)."""

    def __init__(self, spec: IndicatorsSpec, moduli: Sequence[int], classes: int) -> None:
        super().__init__()
        self.divisors = Divisors(moduli)
        count = len(self.divisors.known.divisors)
        self.vectors = None if spec.dim is None else nn.Parameter(torch.empty(count, spec.dim))
        self.perceptron = Perceptron(spec.dim or count, spec.widths, classes, spec.activation)

    def forward(self, tokens: Tensor) -> Tensor:
        found = self.divisors(tokens).float()
        if self.vectors is not None:
            # In fp32: a network of sines tells one sum from the next.
            with torch.autocast(tokens.device.type, enabled=False):
                found = found @ self.vectors
        logits: Tensor = self.perceptron(found)
        return logits


def build(
    spec: IndicatorsSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    generator: torch.Generator,
) -> Indicators:
    """A model on the CPU; it has no masked layers."""
    model = Indicators(spec, vocabularies, classes)
    initialise_linears(model, generator)
    if model.vectors is not None:
        with torch.no_grad():
            model.vectors.copy_(torch.randn(model.vectors.shape[1], generator=generator))
    return model
