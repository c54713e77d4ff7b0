"""What a network is told of n: residues and digits, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobius_core.data.residues import digit_count, digits, residues
from mobius_core.errors import UsageError
from mobius_core.numbers.primes import first_primes
from mobius_core.training.spec import InputSpec

Numbers = NDArray[np.uint64]
Tokens = NDArray[np.uint16]


@dataclass(frozen=True)
class Inputs:
    """Groups of tokens in the order of `task.inputs`."""

    groups: tuple[Callable[[Numbers], Tokens], ...]
    vocabularies: tuple[int, ...]
    """how many values each token takes"""
    primes: tuple[int, ...]
    """the primes whose divisibility the tokens tell: what the divisibility oracle is given"""

    def tokens(self, n: Numbers) -> Tokens:
        """(rows, tokens)."""
        groups = [group(n) for group in self.groups]
        return groups[0] if len(groups) == 1 else np.concatenate(groups, axis=1)


def inputs_for(specs: Sequence[InputSpec], largest: int) -> Inputs:
    """For n up to `largest`; UsageError where a group does not say exactly one thing."""
    groups: list[Callable[[Numbers], Tokens]] = []
    vocabularies: list[int] = []
    for spec in specs:
        moduli = moduli_of(spec)
        if spec.digits is not None:
            places = digit_count(largest, spec.digits)
            groups.append(digits_in(spec.digits, places))
            vocabularies += [spec.digits] * places
        else:
            groups.append(residues_modulo(moduli))
            vocabularies += moduli
    if not groups:
        raise UsageError("task.inputs is empty; give it [{ primes = 100 }]")
    return Inputs(tuple(groups), tuple(vocabularies), primes_dividing(set(vocabularies)))


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


def primes_dividing(moduli: set[int]) -> tuple[int, ...]:
    """All primes that divide some modulus (or base: the last digit tells), ascending."""
    found: set[int] = set()
    for modulus in moduli:
        rest, p = modulus, 2
        while p * p <= rest:
            while rest % p == 0:
                found.add(p)
                rest //= p
            p += 1
        found |= {rest} - {1}
    return tuple(sorted(found))
