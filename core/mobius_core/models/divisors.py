"""Which primes, and which of their squares, divide n: read off the residues of n."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mobius_core.numbers.known import Known


class Divisors(nn.Module):
    """Residues (rows, tokens) to whether each of `known.divisors` divides n; nothing is learned."""

    columns: Tensor
    divisors: Tensor

    def __init__(self, moduli: Sequence[int]) -> None:
        super().__init__()
        self.known = Known.of_moduli(moduli)
        wanted = self.known.divisors
        # The divisor itself where it is a modulus: then no division is needed.
        columns = [
            min((m % divisor, m, column) for column, m in enumerate(moduli))[2]
            for divisor in wanted
        ]
        self.direct = [moduli[column] for column in columns] == list(wanted)
        self.whole = columns == list(range(len(moduli)))
        self.register_buffer("columns", torch.tensor(columns), persistent=False)
        self.register_buffer("divisors", torch.tensor(wanted), persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """(rows, divisors), boolean."""
        if not self.whole:
            tokens = tokens.index_select(1, self.columns)
        return (tokens if self.direct else tokens.remainder(self.divisors)) == 0
