"""Fixed arithmetic: n is put together from its residues, and squares are tested. Never learned.

An upper reference: what residues are worth to someone who knows the Chinese remainder theorem.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mobius_core.errors import UsageError
from mobius_core.models.spec import CrtSpec
from mobius_core.numbers.known import Facts, Known
from mobius_core.numbers.oracle import Oracle, Target
from mobius_core.numbers.primes import first_primes

ENOUGH: Final = 2**64
"""No n is half of it."""
LEAST: Final = 1e-30
"""In place of a probability of 0, whose log would be infinite."""


class Crt(nn.Module):
    """Residues (rows, tokens) to the logs of the posterior (rows, classes), once told of what.

    With M the product of the largest moduli m, n = sum of r (M/m) c - k M, where c inverts M/m
    modulo m, and k is the sum of r c / m rounded: the rest of that sum is n/M, below 1/2. So n mod
    q^2 is a sum of few products of small numbers, exact in floating point.
    """

    columns: Tensor
    shares: Tensor
    weights: Tensor
    whole: Tensor
    divisors: Tensor

    def __init__(self, spec: CrtSpec, moduli: Sequence[int], classes: int) -> None:
        super().__init__()
        primes = first_primes(spec.squares)
        self.known = Known(primes, primes)
        self.classes = classes
        self.oracle: Oracle | None = None
        chosen = coprime(moduli)
        self.product = math.prod(moduli[column] for column in chosen)
        divisors = self.known.divisors
        shares, weights = [], []
        for column in chosen:
            rest = self.product // moduli[column]
            inverse = pow(rest, -1, moduli[column])
            shares.append(inverse / moduli[column])
            weights.append([rest * inverse % divisor for divisor in divisors])
        floats = {
            "shares": shares,
            "weights": weights,
            "whole": [self.product % divisor for divisor in divisors],
            "divisors": divisors,
        }
        self.register_buffer("columns", torch.tensor(chosen), persistent=False)
        for name, numbers in floats.items():
            buffer = torch.tensor(numbers, dtype=torch.float64)
            self.register_buffer(name, buffer, persistent=False)

    def inform(self, target: str, interval: tuple[int, int]) -> None:
        """What is asked, of n in which interval. UsageError where it cannot answer."""
        if target not in ("mu", "mu2"):
            raise UsageError(
                f'task.target = "{target}": crt knows the posterior of mu and mu2 only; take one '
                "of these or another model"
            )
        if 2 * interval[1] >= self.product:
            raise UsageError(
                f"task.inputs: their largest coprime moduli have the product {self.product:,}, and "
                f"crt needs more than twice the largest n, {interval[1]:,}; give it more residues"
            )
        asked: Target = "mu" if target == "mu" else "mu2"
        self.oracle = Oracle(asked, self.known, interval)

    def forward(self, tokens: Tensor) -> Tensor:
        assert self.oracle is not None, "inform it first"
        found = self.divides(tokens).cpu().numpy()
        count = len(self.known.primes)
        posterior = self.oracle(Facts(found[:, :count], found[:, count:]))
        return torch.from_numpy(np.log(np.maximum(posterior, LEAST))).to(tokens.device)

    def divides(self, tokens: Tensor) -> Tensor:
        """(rows, divisors): whether each of `known.divisors` divides n."""
        residues = tokens.index_select(1, self.columns).double()
        multiple = (residues @ self.shares).round_()
        table = residues @ self.weights - multiple[:, None] * self.whole
        return table == (table / self.divisors).round_() * self.divisors


def coprime(moduli: Sequence[int]) -> list[int]:
    """Columns of the largest moduli of which no two share a factor, as many as are needed."""
    chosen: list[int] = []
    product = 1
    for column in sorted(range(len(moduli)), key=lambda j: -moduli[j]):
        if product <= ENOUGH and math.gcd(product, moduli[column]) == 1:
            chosen.append(column)
            product *= moduli[column]
    return chosen


def build(
    spec: CrtSpec,
    vocabularies: Sequence[int],
    classes: int,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    generator: torch.Generator,
) -> Crt:
    """A model on the CPU, without a single parameter."""
    return Crt(spec, vocabularies, classes)
