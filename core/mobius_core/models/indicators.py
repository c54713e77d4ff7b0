"""What the divisibility oracle is told, and nothing else: which primes divide n, then an MLP."""

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
        self.perceptron = Perceptron(count, spec.widths, classes, spec.activation)

    def forward(self, tokens: Tensor) -> Tensor:
        logits: Tensor = self.perceptron(self.divisors(tokens).float())
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
    return model
