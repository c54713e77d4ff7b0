"""When to evaluate: often where accuracies move, seldom where nothing happens."""

from __future__ import annotations

from typing import Final

DEAR: Final = 10
"""Evaluations may cost about a tenth of the training."""
RELATIVE: Final = 40
"""Away from the transition an evaluation every 1/40 of the steps made: onset to 2.5 %."""
SETTLED: Final = 10
"""After onset: 1/10 of the steps made."""
MOVING: Final = 0.1
"""From this test accuracy on, a run below its threshold is taken to be in transition."""


class Cadence:
    """The step of the next evaluation."""

    def __init__(self, every: int | str, *, evaluated: int, trained: int) -> None:
        """`every`: steps, or "auto". `evaluated`: rows of one evaluation; `trained`: rows of one
        step. A trained row costs three forward passes (one forward, two backward)."""
        self.fixed = every if isinstance(every, int) else None
        tens = -(-evaluated // (3 * trained))
        self.least = DEAR * tens
        self.next = 0

    def is_due(self, step: int) -> bool:
        return step >= self.next

    def plan(self, step: int, test_acc: float, *, settled: bool) -> None:
        """Set the next evaluation, after the one at `step`."""
        if self.fixed is not None:
            self.next = step + self.fixed
        elif settled:
            self.next = step + max(self.least, step // SETTLED)
        elif test_acc >= MOVING:
            self.next = step + self.least
        else:
            self.next = step + max(self.least, step // RELATIVE)
