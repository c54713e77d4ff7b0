"""Tables of the binary operations modulo m that networks are asked to learn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobius_core.errors import UsageError
from mobius_core.numbers.primes import primes_below


class Table(NamedTuple):
    """Every pair of operands once, in lexicographic order; int64, shape (pairs,)."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    label: NDArray[np.int64]
    """a ∘ b, in range(modulus)"""


def table(operation: str, modulus: int) -> Table:
    """m * m pairs; for `divide`, where m must be prime and b invertible, m * (m - 1).

    Raises UsageError for a composite modulus of `divide` and for an unknown operation.
    """
    residues = np.arange(modulus)
    divisors = residues[1:] if operation == "divide" else residues
    a, b = (grid.ravel() for grid in np.meshgrid(residues, divisors, indexing="ij"))
    match operation:
        case "add":
            label = a + b
        case "subtract":
            label = a - b
        case "multiply":
            label = a * b
        case "divide":
            label = a * inverses(modulus)[b]
        case _:
            raise UsageError(
                f'task.operation = "{operation}": it can be add, subtract, multiply or divide'
            )
    return Table(a, b, label % modulus)


def inverses(prime: int) -> NDArray[np.int64]:
    """1/b modulo a prime at index b, 0 at index 0."""
    if prime not in primes_below(prime + 1):
        raise UsageError(
            f"task.modulus = {prime} is composite: divide needs a prime, "
            "or else some b have no inverse"
        )
    return np.array([0, *(pow(b, -1, prime) for b in range(1, prime))])
