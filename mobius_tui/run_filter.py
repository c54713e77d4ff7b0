"""The words of `/` on the Runs screen, in the filter language of `runs.filter`."""

from __future__ import annotations

from collections.abc import Sequence

from mobius_core.errors import UsageError
from mobius_core.runs import filter as language
from mobius_core.runs.run import Run


def matching(runs: Sequence[Run], words: str) -> list[Run]:
    """Runs that satisfy every word, in the same order; none while a word is no test yet."""
    try:
        return language.matching(runs, words)
    except UsageError:
        return []
