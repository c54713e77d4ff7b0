"""Training rows made on the fly: never stored, never repeated, never among the test rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobius_core.data.sample import Rows, Sample
from mobius_core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Stream:
    """Training row i is row test + i of the sample, so its position is one integer to save."""

    sample: Sample
    test: int
    name: str

    @property
    def size(self) -> int:
        """How many training rows there are before the interval is used up."""
        return self.sample.size - self.test

    def rows(self, first: int, count: int) -> Rows:
        """Training rows [first, first + count); UsageError where the interval has no more."""
        self.check(first, count)
        return self.sample.rows(self.test + first, count)

    def numbers(self, first: int, count: int) -> NDArray[np.uint64]:
        """n of these rows."""
        self.check(first, count)
        return self.sample.numbers(self.test + first, count)

    def check(self, first: int, count: int) -> None:
        if first + count > self.size:
            raise UsageError(
                f"data.{self.name} has {self.size:,} training rows that do not repeat and rows up "
                f"to {first + count:,} are asked for; widen n or train for fewer steps"
            )
