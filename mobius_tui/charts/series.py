"""What a chart draws: growing points, and a line's name, letter and colour."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from mobius_core.metrics.ema import Ema
from mobius_core.metrics.pyramid import Pyramid
from mobius_core.metrics.visible import visible
from mobius_tui.charts.scale import Scale


class Points:
    """One growing curve and what is derived from it on demand, each step once.

    `seams` are the x at which an interrupted run went on. `version` changes with the points.
    """

    def __init__(self) -> None:
        self.raw = Pyramid()
        self.seams: tuple[float, ...] = ()
        self.version = 0
        self._edition = 0
        self._last = (0.0, 0.0)
        self._smoothed: Derived | None = None
        self._positive: dict[float, Derived] = {}

    @classmethod
    def of(cls, xs: Sequence[float], ys: Sequence[float]) -> Points:
        points = cls()
        points.follow(xs, ys)
        return points

    def follow(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        seams: Sequence[float] = (),
        edition: int = 0,
        *,
        lasting: bool = False,
    ) -> bool:
        """Take what is new in a curve given whole, which may be growing meanwhile; True when
        anything was.

        A resumed run replaces points of the attempt before it: then the curve is of another
        `edition` (as MetricsTable counts them), has another seam, is shorter, or has another point
        where the last one taken was, and all is read again. Columns that are `lasting` are arrays
        of doubles that do not grow: they are kept as they are.
        """
        count = min(len(xs), len(ys))
        seen = self.raw.offered
        if (
            (edition, tuple(seams)) != (self._edition, self.seams)
            or count < seen
            or (seen and (xs[seen - 1], ys[seen - 1]) != self._last)
        ):
            self._edition = edition
            self._restart(tuple(seams))
            seen = 0
        elif count == seen:
            return False
        if count:
            self._last = (xs[count - 1], ys[count - 1])
        try:
            if lasting and not seen and isinstance(xs, array) and isinstance(ys, array):
                self.raw.lend(xs, ys)
            else:
                self.raw.extend(xs[seen:count], ys[seen:count])
        except ValueError:
            # Another program's log may go back in steps; its points are drawn in order of x.
            self._restart(self.seams)
            order = sorted(range(count), key=xs.__getitem__)
            self.raw.extend([xs[i] for i in order], [ys[i] for i in order])
        self.version += 1
        return True

    def _restart(self, seams: tuple[float, ...]) -> None:
        self.raw, self._smoothed, self._positive = Pyramid(), None, {}
        self.seams = seams

    def curve(self, smoothing: float, y: Scale) -> Pyramid:
        """The points as drawn: smoothed with a weight in [0, 1), without y <= 0 on a log axis."""
        line = self.raw
        if smoothing > 0.0:
            if self._smoothed is None or self._smoothed.weight != smoothing:
                self._smoothed = Derived(smoothing)
                self._positive.pop(smoothing, None)
            line = self._smoothed.after(line)
        if y is Scale.LINEAR or line.span(0, len(line))[0] > 0.0:
            return line
        return self._positive.setdefault(smoothing, Derived(0.0, above=0.0)).after(line)


class Derived:
    """A pyramid kept up to date from another: smoothed, or without the values up to a bound."""

    def __init__(self, weight: float, above: float = -inf) -> None:
        self.weight = weight
        self.above = above
        self.pyramid = Pyramid()
        self._ema = Ema(weight)
        self._read = 0

    def after(self, source: Pyramid) -> Pyramid:
        """The derived points, up to the newest of the source."""
        if self._read < len(source):
            xs, ys = source.xs[self._read :], source.ys[self._read :]
            values = self._ema.extend(ys) if self.weight > 0.0 else ys.tolist()
            if self.above > -inf:
                pairs = [(x, y) for x, y in zip(xs, values, strict=True) if y > self.above]
                self.pyramid.extend([x for x, _ in pairs], [y for _, y in pairs])
            else:
                self.pyramid.extend(xs, values)
            self._read = len(source)
        return self.pyramid


@dataclass(frozen=True, slots=True)
class Series:
    """One line: `name` as in the metrics file, `label` as in the legend, `mark` its letter.

    `band` are a least and a greatest line, as of several seeds, between which is shaded.
    """

    name: str
    mark: str
    colour: int
    points: Points = field(default_factory=Points)
    label: str = ""
    band: tuple[Points, Points] | None = None

    @property
    def title(self) -> str:
        """As it may be shown: names come from the programs of others."""
        return visible(self.label or self.name)

    def all_points(self) -> tuple[Points, ...]:
        """Of the line, and of its band."""
        return (self.points, *(self.band or ()))
