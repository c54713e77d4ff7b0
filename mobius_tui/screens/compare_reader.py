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
    """Remembers what another baseline does not change: the bands of finished runs, and how far
    those of the others have been read."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        """a worker that is no longer wanted notices only between two sides"""
        self._bands: dict[tuple[str, ...], Mapping[str, SeedBand]] = {}
        self._tables: dict[str, MetricsTable] = {}
        self._environments: dict[str, Mapping[str, Json]] = {}
        self._asked: list[list[str]] = []
        """the ids of the runs, by side, that the settings are of"""
        self._settings: tuple[Setting, ...] = ()
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
        came = outcomes(sides, at) if sides else ()
        # Curves that are there already stay until the new ones are read.
        last = self._last if names_of(self._last.sides) == names_of(sides) else Comparison()
        found = Comparison(sides, at, self._settings_of(sides), came, last.warnings, last.bands)
        yield found
        merged = {name: [*of_sides] for name, of_sides in last.bands.items()}
        for place, side in enumerate(sides):
            for name, band in self._bands_of(side.runs).items():
                merged.setdefault(name, [None] * len(sides))[place] = band
            found = replace(found, bands={name: [*bands] for name, bands in merged.items()})
            yield found
        self._last = replace(found, warnings=origins(sides, self._environments_of(runs)))
        yield self._last

    def _settings_of(self, sides: Sequence[Side]) -> tuple[Setting, ...]:
        """Remembered: what a trial asks for never changes."""
        ids = [[run.id for run in side.runs] for side in sides]
        if ids != self._asked:
            self._asked, self._settings = ids, settings(sides)
        return self._settings

    def _environments_of(self, runs: Sequence[Run]) -> Mapping[str, Mapping[str, Json]]:
        """Remembered once they are written."""
        for run in runs:
            if not self._environments.get(run.id):
                self._environments[run.id] = read_json(RunFolder(run.folder).env) or {}
        return self._environments

    def _bands_of(self, runs: Sequence[Run]) -> Mapping[str, SeedBand]:
        """Remembered once all of the runs have ended: then their curves are no longer needed."""
        ids = tuple(run.id for run in runs)
        known = self._bands.get(ids)
        if known is not None:
            return known
        tables = [self._read(run) for run in runs]
        bands = {
            name: seed_band([table.series(name) for table in tables if name in table.names])
            for name in dict.fromkeys(name for table in tables for name in table.names)
        }
        bands = of_one_column(bands)
        if all(run.state.is_over for run in runs):
            self._bands[ids] = bands
            for one in ids:
                del self._tables[one]
        return bands

    def _read(self, run: Run) -> MetricsTable:
        table = self._tables.get(run.id)
        if table is None:
            # Hundreds of runs of any length must fit into memory.
            table = self._tables[run.id] = MetricsTable(RunFolder(run.folder).metrics, MOST)
        table.refresh()
        return table


def names_of(sides: Sequence[Side]) -> list[str]:
    return [side.name for side in sides]


def of_one_column(bands: Mapping[str, SeedBand]) -> dict[str, SeedBand]:
    """With one column of steps for all metrics that have the same: 16 of 96 kB a side."""
    known: list[SeedBand] = []
    shared = {}
    for name, band in bands.items():
        like = next((one for one in known if one.steps == band.steps), band)
        if like is band:
            known.append(band)
        shared[name] = replace(band, steps=like.steps)
    return shared
