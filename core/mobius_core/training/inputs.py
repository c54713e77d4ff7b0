"""What a network is told of n: residues and digits, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mobius_core.data.residues import digit_count, digits, residues
from mobius_core.errors import UsageError
from mobius_core.numbers.known import Facts, Known
from mobius_core.numbers.primes import first_primes
from mobius_core.training.spec import InputSpec

Numbers = NDArray[np.uint64]
Tokens = NDArray[np.uint16]


class Told(NamedTuple):
    """n modulo `modulus`, written in some tokens as digits in a base, the first the highest."""

    modulus: int
    first: int
    digits: int
    base: int


@dataclass(frozen=True)
class Inputs:
    """Groups of tokens in the order of `task.inputs`."""

    groups: tuple[Callable[[Numbers], Tokens], ...]
    vocabularies: tuple[int, ...]
    """how many values each token takes"""
    names: tuple[str, ...]
    """of the tokens, for people"""
    told: tuple[Told, ...]

    @property
    def known(self) -> Known:
        """Divisibilities that can be read off the tokens: what the divisibility oracle is given."""
        return Known.of_moduli(told.modulus for told in self.told)

    def tokens(self, n: Numbers) -> Tokens:
        """(rows, tokens)."""
        groups = [group(n) for group in self.groups]
        return groups[0] if len(groups) == 1 else np.concatenate(groups, axis=1)

    def tensor(self, tokens: Tokens, device: torch.device) -> Tensor:
        """As models read them, in 16 bits where these are enough: divisor_sums spent 3 % of a step
        on wider ones."""
        fits = max(self.vocabularies) <= 1 << 15
        numbers = tokens.view(np.int16) if fits else tokens.astype(np.int32)
        return torch.from_numpy(numbers).to(device)

    def facts(self, tokens: Tokens) -> Facts:
        """What these tokens (rows, tokens) say of divisibility, be they those of an n or not."""
        residues = []
        for told in self.told:
            residue = np.zeros(len(tokens), dtype=np.int64)
            for column in range(told.first, told.first + told.digits):
                residue = residue * told.base + tokens[:, column]
            residues.append((told.modulus, residue))
        return self.known.believed(residues)


def inputs_for(specs: Sequence[InputSpec], largest: int) -> Inputs:
    """For n up to `largest`; UsageError where a group does not say exactly one thing."""
    groups: list[Callable[[Numbers], Tokens]] = []
    vocabularies: list[int] = []
    names: list[str] = []
    told: list[Told] = []
    for spec in specs:
        moduli = moduli_of(spec)
        first = len(vocabularies)
        if spec.digits is not None:
            base, places = spec.digits, digit_count(largest, spec.digits)
            groups.append(digits_in(base, places))
            vocabularies += [base] * places
            names += [f"digit {base}^{place}" for place in reversed(range(places))]
            # The last two digits are n mod base^2: they tell squares of primes, no more is needed.
            last = min(places, 2)
            told.append(Told(base**last, first + places - last, last, base))
        else:
            groups.append(residues_modulo(moduli))
            vocabularies += moduli
            names += [f"n mod {modulus}" for modulus in moduli]
            told += [Told(modulus, first + i, 1, modulus) for i, modulus in enumerate(moduli)]
    if not groups:
        raise UsageError("task.inputs is empty; give it [{ primes = 100 }]")
    return Inputs(tuple(groups), tuple(vocabularies), tuple(names), tuple(told))


def moduli_of(spec: InputSpec) -> tuple[int, ...]:
    given = [key for key in ("primes", "moduli", "digits") if getattr(spec, key) is not None]
    if len(given) != 1:
        raise UsageError(
            f"task.inputs: each group has exactly one of primes, moduli and digits, "
            f"not {', '.join(given) or 'none'}"
        )
    return first_primes(spec.primes) if spec.primes is not None else spec.moduli or ()


def residues_modulo(moduli: Sequence[int]) -> Callable[[Numbers], Tokens]:
    return lambda n: residues(n, moduli)


def digits_in(base: int, places: int) -> Callable[[Numbers], Tokens]:
    return lambda n: digits(n, base, places)
