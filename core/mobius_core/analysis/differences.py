"""What differs between the sides of a comparison: keys of the resolved trials, and origins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mobius_core.analysis.sides import Side
from mobius_core.config.trial import Json, Trial

ORIGINS: Final = ("commit", "code", "host")
"""Keys of env.json that should be one for all runs that are compared."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the configuration on every side."""

    key: str
    """dotted, as in the experiments file"""
    values: tuple[tuple[Json, ...], ...]
    """for each side the distinct values of its runs; () where none of them has the key"""

    @property
    def differs(self) -> bool:
        """Whether some side has it otherwise. What varies alike inside all sides (the seeds of
        cells) does not tell them apart."""
        return len({repr(values) for values in self.values}) > 1


def settings(sides: Sequence[Side]) -> tuple[Setting, ...]:
    """Every key of the sides' trials, in the order of the files."""
    found = [[dict(leaves_of(trial)) for trial in unlike(side)] for side in sides]
    keys = dict.fromkeys(key for side in found for trial in side for key in trial)
    values = {
        key: tuple(distinct([trial[key] for trial in side if key in trial]) for side in found)
        for key in keys
    }
    if values:
        values["seed"] = tuple(distinct([run.trial.seed for run in side.runs]) for side in sides)
    return tuple(Setting(key, of_sides) for key, of_sides in values.items())


def unlike(side: Side) -> Sequence[Trial]:
    """One of the trials that ask for the same but for the seed: 1,000 took 25 ms instead of 13."""
    trials = (run.trial for run in side.runs)
    return list({repr((one.kind, one.tables, one.resources)): one for one in trials}.values())


def leaves_of(trial: Trial) -> Iterator[tuple[str, Json]]:
    """Dotted keys and values: what is asked, a place for the seed, and the resources."""
    yield "kind", trial.kind
    yield "seed", None
    yield from leaves({**trial.tables, "resources": dict(trial.resources)})


def leaves(table: Mapping[str, Json], prefix: str = "") -> Iterator[tuple[str, Json]]:
    """What is none, or an empty table, is as if it were not there."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        elif value is not None:
            yield f"{prefix}{key}", value


def distinct(values: Sequence[Json]) -> tuple[Json, ...]:
    """Each value once, numbers ascending; lists are not hashable, their text is."""
    found = {repr(value): value for value in values}
    return tuple(found[text] for text in sorted(found, key=lambda text: (len(text), text)))


def origins(
    sides: Sequence[Side], environments: Mapping[str, Mapping[str, Json]]
) -> tuple[str, ...]:
    """Warnings about runs of different commits, code or hosts; `environments` is env.json by run.

    A difference between sides may then not come from what their configuration says.
    """
    warnings = []
    for name in ORIGINS:
        by_value: dict[str, list[str]] = {}
        for side in sides:
            for run in side.runs:
                value = environments.get(run.id, {}).get(name)
                if value is not None:
                    letters = by_value.setdefault(str(value)[:12], [])
                    if side.letter not in letters:
                        letters.append(side.letter)
        if len(by_value) > 1:
            said = ", ".join(f"{value} ({' '.join(who)})" for value, who in by_value.items())
            warnings.append(f"not of one {name}: {said}")
    return tuple(warnings)
