"""Linear and logarithmic axes: value -> position, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from math import floor, log10

EXPONENT_LIMIT = 307.0
# Dots further off than this are all the same: out of sight. It keeps infinities out of floor().
FAR = 1e9


class Scale(Enum):
    """How values are laid along an axis. A logarithmic axis has no place for values <= 0."""

    LINEAR = "lin"
    LOG = "log"

    @property
    def other(self) -> Scale:
        return Scale.LOG if self is Scale.LINEAR else Scale.LINEAR

    def position(self, value: float) -> float:
        """Where a value lies on the axis; ValueError for values <= 0 on a logarithmic one."""
        return value if self is Scale.LINEAR else log10(value)

    def value_at(self, position: float) -> float:
        """The value at a position; the inverse of `position`, within the range of a float."""
        if self is Scale.LINEAR:
            return position
        return float(10.0 ** max(-EXPONENT_LIMIT, min(EXPONENT_LIMIT, position)))


@dataclass(frozen=True)
class Axis:
    """A scale with limits, drawn over a number of dots; dot 0 lies on `low`, the last on `high`."""

    scale: Scale
    low: float
    high: float
    dots: int

    @cached_property
    def start(self) -> float:
        return self.scale.position(self.low)

    @cached_property
    def pitch(self) -> float:
        """Positions per dot, never zero."""
        width = self.scale.position(self.high) - self.start
        return width / max(1, self.dots - 1) if width > 0.0 else 1.0

    def place(self, value: float) -> float:
        """The dot of a value, fractional; beyond [0, dots - 1] outside the limits."""
        place = (self.scale.position(value) - self.start) / self.pitch
        return max(-FAR, min(FAR, place))

    def dot(self, value: float) -> int:
        """The nearest dot of a value."""
        return floor(self.place(value) + 0.5)

    def dots_of(self, values: Iterable[float], least: float, most: float) -> list[int]:
        """The nearest dots of many values within limits, as `dot` gives them, at a third of the
        cost."""
        start, pitch = self.start - self.pitch / 2, self.pitch
        ends = [(self.scale.position(value) - start) / pitch for value in (least, most)]
        if self.scale is Scale.LOG:
            values = map(log10, values)
        places = [(value - start) / pitch for value in values]
        if not -FAR < ends[0] <= ends[1] < FAR:
            places = [max(-FAR, min(FAR, place)) for place in places]
        return list(map(floor, places))

    def at(self, place: float) -> float:
        """The value at a dot, fractional or whole."""
        return self.scale.value_at(self.start + place * self.pitch)

    @cached_property
    def edges(self) -> list[float]:
        """The dots' borders as values: dot d takes [edges[d], edges[d + 1])."""
        start, pitch = self.start, self.pitch
        if self.scale is Scale.LINEAR:
            return [start + (d - 0.5) * pitch for d in range(self.dots + 1)]
        return [self.at(d - 0.5) for d in range(self.dots + 1)]
