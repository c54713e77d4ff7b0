"""How somebody left the screens of a lab, so that they come back as they were: `habits.json`.

What is looked at, never what is known: a file that is torn, of another version or not allowed to
be written costs the habits of one person and nothing else.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mobius_core.config.trial import Json
from mobius_core.errors import MobiusError
from mobius_core.runs.files import read_json, write_json

FILE: Final = "habits.json"
SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Habits:
    """One value for all screens; every change replaces it."""

    screen: str = "experiments"
    subject: str = ""
    """the experiment last looked at: what Sparsity and Onset are about"""
    experiments_filter: str = ""
    unfolded: tuple[str, ...] = ()
    """experiments whose arms are shown"""
    runs_filter: str = ""
    runs_order: str = ""
    """title of the column; newest first where it is empty"""
    runs_reversed: bool = False
    runs_group: str = "none"
    runs_columns: tuple[str, ...] = ()
    """titles of the columns shown; the usual ones where it is empty"""
    compared: tuple[str, ...] = ()
    """ids of the runs on Compare"""
    compare_metric: str = ""
    onset_view: str = "survival"
    onset_cells: bool = False
    """Onset by cell, not by arm"""
    x_log: tuple[str, ...] = ("modular",)
    """kinds whose charts have a logarithmic x axis: grokking is told in powers of ten"""
    y_log: tuple[str, ...] = ()
    smoothing: float = 0.0


def read(home: Path | None) -> Habits:
    """As it was left; what cannot be read, or is not what it should be, is as at first."""
    if home is None:
        return Habits()
    try:
        document = read_json(home / FILE) or {}
    except MobiusError:
        return Habits()
    return from_json(document) if document.get("schema") == SCHEMA else Habits()


def write(home: Path | None, habits: Habits) -> None:
    """Beside the runs, where there is a lab that takes it."""
    if home is None or not home.is_dir():
        return
    values = dataclasses.asdict(habits)
    plain: dict[str, Json] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
    }
    # Somebody else's lab may be looked at too.
    with contextlib.suppress(MobiusError, OSError):
        write_json(home / FILE, {"schema": SCHEMA, **plain})


def from_json(document: Mapping[str, Json]) -> Habits:
    """Each field that has the type of its default."""
    usual = Habits()
    found: dict[str, object] = {}
    for one in dataclasses.fields(Habits):
        value, default = document.get(one.name), getattr(usual, one.name)
        if isinstance(default, tuple):
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                found[one.name] = tuple(value)
        elif type(value) is type(default):
            found[one.name] = value
    return dataclasses.replace(usual, **found)  # type: ignore[arg-type]
