"""A handful of sums over the known divisors of n, put in by hand, and a small MLP that learns what
to make of them.

Not learning from residues: the sums are those of which the divisibility oracle is a function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mobius_core.models.divisors import Divisors
from mobius_core.models.perceptron import Perceptron, initialise_linears
from mobius_core.models.spec import DivisorSumsSpec

LOG_UNIT: Final = 10.0
"""Logs of n reach 30 at 1e13: in these units features and weights start at one size."""
SHARE_UNIT: Final = 0.5
"""The log of the squarefree share is 0 to -1.5."""


class DivisorSums(nn.Module):
    """Residues (rows, tokens) to logits (rows, classes)."""

    terms: Tensor

    def __init__(self, spec: DivisorSumsSpec, moduli: Sequence[int], classes: int) -> None:
        super().__init__()
        self.divisors = Divisors(moduli)
        known = self.divisors.known
        self.primes = len(known.primes)
        p = torch.tensor(known.primes, dtype=torch.float64)
        share = torch.log1p(-1 / p) / SHARE_UNIT
        # Of a prime whose square is known, too, nothing is left to doubt.
        share[torch.isin(p, torch.tensor(known.squares, dtype=torch.float64))] = 0
        terms = torch.stack((torch.ones_like(p), p.log() / LOG_UNIT, share), dim=1)
        self.register_buffer("terms", terms.float(), persistent=False)
        self.perceptron = Perceptron(5, spec.widths, classes, spec.activation)

    def forward(self, tokens: Tensor) -> Tensor:
        logits: Tensor = self.perceptron(self.sums(tokens))
        return logits

    def sums(self, tokens: Tensor) -> Tensor:
        """(rows, 5): the parity of the known primes p | n as +-1, the log of their product d, the
        parity times that log, the sum of log(1 - 1/p), and whether a known square divides n."""
        divides = self.divisors(tokens)
        primes, squares = divides[:, : self.primes], divides[:, self.primes :]
        # Not under autocast: a bf16 log of d would lose what tells one d from another.
        with torch.autocast(tokens.device.type, enabled=False):
            count, log, share = (primes.float() @ self.terms).unbind(1)
        parity = 1 - 2 * count.remainder(2)
        found = squares.any(dim=1).float()
        return torch.stack((parity, log, parity * log, share, found), dim=1)


def build(
    spec: DivisorSumsSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    generator: torch.Generator,
) -> DivisorSums:
    """A model on the CPU; it has no masked layers."""
    model = DivisorSums(spec, vocabularies, classes)
    initialise_linears(model, generator)
    return model
