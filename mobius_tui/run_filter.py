"""The words of `/` on the Runs screen, in the filter language of `runs.filter`."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

from mobius_core.runs import filter as language
from mobius_core.runs.run import Run

LOOKED_AT: Final = 200
"""Runs whose names are known to the advice about a name that no run has."""


def matching(runs: Sequence[Run], words: str) -> list[Run]:
    """Runs that satisfy every word, in the same order; UsageError for a word that is no test."""
    return language.matching(runs, words)


def unknown_names(runs: Sequence[Run], words: str) -> str:
    """What to say of a name that no run has; nothing where all are known."""
    for word in words.split():
        term = language.TERM.fullmatch(word)
        name = "" if term is None else term["name"].lower()
        if not name or name in language.FIELDS:
            continue
        if not any(language.values_of(run, name) for run in runs[:LOOKED_AT]):
            near = difflib.get_close_matches(name, names_of(runs[:LOOKED_AT]), n=1, cutoff=0)
            return f'no run has "{name}"; the nearest is "{near[0]}"' if near else ""
    return ""


def names_of(runs: Sequence[Run]) -> list[str]:
    """Every name that a comparison may begin with, in full and by its last part."""
    keys = {
        key
        for run in runs
        for table in (run.trial.tables, run.result or {})
        for key, _ in language.leaves(table)
    }
    return sorted({*language.FIELDS, *keys, *(key.rpartition(".")[2] for key in keys)})
