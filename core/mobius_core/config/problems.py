"""Every mistake of a configuration file at once, each with the line that made it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from mobius_core.config.node import Place
from mobius_core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: what, what is allowed, the nearest valid name."""

    file: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (where, self.key, self.message) if part)


class ConfigErrors(UsageError):
    """All problems of one file (and of the words on the command line), in order of lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Report:
    """Collects problems while a file is read to its end."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}

    def add(self, place: Place, message: str) -> None:
        """An inherited mistake is met once per heir, and kept once."""
        self._problems[Problem(place.file, place.line, place.key, message)] = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """File by file as they were read, in order of lines."""
        files = list(dict.fromkeys(problem.file for problem in self._problems))
        return tuple(sorted(self._problems, key=lambda one: (files.index(one.file), one.line or 0)))

    def raise_if_any(self) -> None:
        if self._problems:
            raise ConfigErrors(self.problems)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """ "; did you mean X?" or nothing. A dotted name is also found by its last part."""
    names = sorted(allowed)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if not close:
        close = [name for name in names if name.rpartition(".")[2] == word][:1]
    return f"; did you mean {close[0]}?" if close else ""


def one_of(word: str, allowed: Iterable[str]) -> str:
    """ "\"x\" is not one of a, b, c; did you mean b?"""
    names = list(allowed)
    return f'"{word}" is not one of {", ".join(names) or "(none)"}{nearest(word, names)}'
