"""The sides of a comparison: cells of a sweep with all their seeds, or single runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final

from mobius_core.config.trial import Trial
from mobius_core.runs.run import Run

SEED: Final = re.compile(r"[,/]s\d+$")
"""The end of a trial's name that tells seeds of one cell apart."""
MOST: Final = len(ascii_uppercase)
"""Sides; their letters would repeat after that."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the things compared."""

    letter: str
    name: str
    """short: without what all sides share"""
    runs: tuple[Run, ...]

    def by_seed(self) -> dict[int, Run]:
        return {run.trial.seed: run for run in self.runs}


def cell_of(trial: Trial) -> str:
    """The trial's name without its seed: equal for runs that differ by seed only."""
    return SEED.sub("", trial.name)


def sides_of(runs: Iterable[Run]) -> tuple[Side, ...]:
    """Runs of several cells are compared by cell; of one cell, run by run. At most `MOST`."""
    runs = tuple(runs)
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(cell_of(run.trial), []).append(run)
    if len(groups) == 1:
        names = [run.trial.name for run in runs]
        repeated = len(set(names)) < len(names)
        groups = {
            f"{run.trial.name} {run.id[-4:]}" if repeated else run.trial.name: [run] for run in runs
        }
    short = shortened(list(groups))
    return tuple(
        Side(letter, name, tuple(of_group))
        for letter, name, of_group in zip(ascii_uppercase, short, groups.values(), strict=False)
    )


def in_order(runs: Iterable[Run], keys: Iterable[str]) -> list[Run]:
    """Runs in the order of their trials' keys, so that the control of an experiment comes first;
    those of no key known after them."""
    place = {key: position for position, key in enumerate(keys)}
    return sorted(runs, key=lambda run: place.get(run.trial.key, len(place)))


def shortened(names: Sequence[str]) -> list[str]:
    """Without the experiment where there is only one; that alone where nothing else is left."""
    experiments = {name.partition("/")[0] for name in names}
    if len(names) > 1 and len(experiments) == 1:
        return [name.partition("/")[2] or name for name in names]
    return list(names)
