"""A trial: one point of an experiment's sweep, resolved, with nothing left to default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

PER_CENT: Final = frozenset({"arithmetic", "eval"})
"""Kinds whose accuracies people read in per cent; those of others are fractions."""


def in_per_cent(kind: str, metric: str) -> bool:
    """Whether a metric, a fraction on file, is drawn in per cent, or as a gap in points."""
    return kind in PER_CENT and (metric.endswith("_acc") or metric == "gap")


Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What `expand` makes and spec.json keeps."""

    name: str
    """`experiment/arm,axis=value,sN`: accepted wherever a RUN is."""
    experiment: str
    kind: str
    """arithmetic, modular, command, eval; `build` for a data build."""
    key: str
    """16 hex digits: hash of all that can change the result (and nothing else)."""
    seed: int
    arm: str | None = None
    axes: Mapping[str, Json] = field(default_factory=dict)
    """dotted key -> value, in the order of the matrix."""
    tables: Mapping[str, Json] = field(default_factory=dict)
    """task, model, train, eval, save, onset, pin, command, params, regex, names, data: each with
    its defaults filled in. `data` is {"name": NAME, "hash": HASH, ...fields of DataSpec}."""
    resources: Mapping[str, Json] = field(default_factory=dict)
    text: Mapping[str, Json] = field(default_factory=dict)
    """title, note, tags, reference: shown, never hashed."""
    after: tuple[str, ...] = ()
    """names of experiments whose trials must be done first."""
