"""Exponential moving average of a growing curve."""

from __future__ import annotations

from collections.abc import Iterable


class Ema:
    """Debiased moving average, one weight per point: s = w s + (1 - w) y, shown as s / (1 - w^n).

    Without the division the first values lean towards zero (Kingma and Ba 2015, section 3). The
    weight counts points, not steps: unequally spaced points weigh the same.
    """

    def __init__(self, weight: float) -> None:
        if not 0.0 <= weight < 1.0:
            raise ValueError(f"smoothing weight {weight}: allowed are 0 <= weight < 1")
        self.weight = weight
        self._sum = 0.0
        self._left = 1.0

    def extend(self, values: Iterable[float]) -> list[float]:
        """The smoothed values of the next points; chunks of any size give the same curve."""
        weight, gain = self.weight, 1.0 - self.weight
        total, left = self._sum, self._left
        smoothed = []
        for value in values:
            total = weight * total + gain * value
            left *= weight
            smoothed.append(total / (1.0 - left))
        self._sum, self._left = total, left
        return smoothed
