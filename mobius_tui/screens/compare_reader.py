"""Compares runs for the Compare screen, in a worker thread: figures first, curves as they come."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mobius_core.analysis.differences import Setting, origins, settings
from mobius_core.analysis.outcomes import Outcome, outcomes
from mobius_core.analysis.seed_band import MOST, SeedBand, seed_band
from mobius_core.analysis.sides import Side, sides_of
from mobius_core.config.trial import Json
from mobius_core.metrics.table import MetricsTable
from mobius_core.runs.files import read_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.run import Run
from mobius_tui.messages import Latest

Curve = tuple[Sequence[int], Sequence[float]]


@dataclass(frozen=True)
class Comparison:
    """Everything the screen shows, at one moment."""

    sides: tuple[Side, ...] = ()
    baseline: int = 0
    settings: tuple[Setting, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    warnings: tuple[str, ...] = ()
    bands: Mapping[str, Sequence[SeedBand | None]] = field(default_factory=dict)
    """metric -> a curve for each side, None where it has none (yet)"""


class Compared(Latest):
    """A comparison, or more of its curves, is there."""

    def __init__(self, found: Comparison) -> None:
        super().__init__()
        self.found = found


class Comparer:
    """Remembers the curves of finished runs, which another baseline does not change."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        """a worker that is no longer wanted notices only between two sides"""
        self._curves: dict[str, Mapping[str, Curve]] = {}
        self._live: dict[str, MetricsTable] = {}
        self._last = Comparison()

    def compare(self, runs: Sequence[Run], baseline: int) -> Iterator[Comparison]:
        """The figures at once, then again with the curves of each further side.

        Waits for the thread that compares already: to its end, or until it has let go of it.
        """
        with self._alone:
            yield from self._compare(runs, baseline)

    def _compare(self, runs: Sequence[Run], baseline: int) -> Iterator[Comparison]:
        sides = sides_of(runs)
        at = min(baseline, max(len(sides) - 1, 0))
        found = Comparison(sides, at, settings(sides), outcomes(sides, at) if sides else ())
        # Curves that are there already stay until the new ones are read.
        last = self._last if names_of(self._last) == names_of(found) else found
        yield replace(found, bands=last.bands, warnings=last.warnings)
        environments: dict[str, Mapping[str, Json]] = {}
        bands: dict[str, list[SeedBand | None]] = {}
        for place, side in enumerate(sides):
            curves = []
            for run in side.runs:
                environments[run.id] = read_json(RunFolder(run.folder).env) or {}
                curves.append(self._read(run))
            for name in dict.fromkeys(name for one in curves for name in one):
                own = [one[name] for one in curves if name in one]
                bands.setdefault(name, [None] * len(sides))[place] = seed_band(own)
            merged = {name: [*of_sides] for name, of_sides in last.bands.items()}
            for name, of_sides in bands.items():
                known = merged.setdefault(name, [None] * len(sides))
                merged[name] = [new or old for new, old in zip(of_sides, known, strict=True)]
            self._last = replace(found, bands=merged, warnings=origins(sides, environments))
            yield self._last

    def _read(self, run: Run) -> Mapping[str, Curve]:
        known = self._curves.get(run.id)
        if known is not None:
            return known
        table = self._live.get(run.id)
        if table is None:
            # Hundreds of runs of any length must fit into memory.
            table = self._live[run.id] = MetricsTable(RunFolder(run.folder).metrics, MOST)
        table.refresh()
        curves = {name: table.series(name) for name in table.names}
        if run.state.is_over:
            self._curves[run.id] = curves
            del self._live[run.id]
        return curves


def names_of(found: Comparison) -> list[str]:
    return [side.name for side in found.sides]
