"""The one filter language, of `/` in the TUI and of RUN arguments.

`exp=primes arm=anti|dense lr>=.01 state!=done tag=look -note:x test_acc<.9`: all words must match.
NAME=VALUE, NAME!=VALUE, NAME:TEXT (contains), and < <= > >= for numbers; `|` separates
alternatives, `*` stands for anything, a leading - or ! negates. A word without an operator matches
anywhere in the trial's name or the run's id. Texts are compared without case, numbers as numbers.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_core.runs.run import Run

Test = Callable[[Run], bool]

TERM = re.compile(
    r"(?P<not>[-!]?)(?P<name>[A-Za-z_][\w./-]*?)(?P<operator>!=|<=|>=|=|<|>|:)(?P<value>.*)"
)
ORDER: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


FIELDS: Final[Mapping[str, Callable[[Run], Sequence[object]]]] = {
    "exp": lambda run: (run.trial.experiment,),
    "experiment": lambda run: (run.trial.experiment,),
    "trial": lambda run: (run.trial.name,),
    "name": lambda run: (run.trial.name,),
    "arm": lambda run: (run.trial.arm or "",),
    "state": lambda run: (run.state,),
    "kind": lambda run: (run.trial.kind,),
    "seed": lambda run: (run.trial.seed,),
    "tag": lambda run: (*run.tags, *tags_of_experiment(run)),
    "note": lambda run: (run.note,),
    "id": lambda run: (run.id,),
    "host": lambda run: (run.host,),
    "where": lambda run: (run.where,),
    "attempt": lambda run: (run.attempt,),
    "priority": lambda run: (run.priority,),
    "pinned": lambda run: (run.pinned,),
    "message": lambda run: (run.message,),
    "warning": lambda run: (run.warning,),
    "rc": lambda run: () if run.rc is None else (run.rc,),
}
"""What a run has whatever it was asked; every other name is a key of its tables or of a result."""


def tags_of_experiment(run: Run) -> Sequence[object]:
    tags = run.trial.text.get("tags")
    return tags if isinstance(tags, list) else ()


def is_term(word: str) -> bool:
    """Whether a word is a comparison, not the name of a run."""
    return TERM.fullmatch(word) is not None


def matching(runs: Iterable[Run], words: str | Sequence[str]) -> list[Run]:
    """Runs that satisfy every word, in the same order; UsageError for a word that is no test."""
    tests = [test_of(word) for word in (words.split() if isinstance(words, str) else words)]
    return [run for run in runs if all(test(run) for test in tests)]


def test_of(word: str) -> Test:
    term = TERM.fullmatch(word)
    if term is None:
        text, wanted = word.lstrip("-!").lower(), not word.startswith(("-", "!"))
        return lambda run: (text in run.trial.name.lower() or text in run.id.lower()) is wanted
    found = comparison(term["operator"], term["value"].lower(), word)
    name, negated = term["name"].lower(), (term["not"] != "") is not (term["operator"] == "!=")
    return lambda run: any(found(value) for value in values_of(run, name)) is not negated


def comparison(sign: str, wanted: str, word: str) -> Callable[[str], bool]:
    """The test of one value, as text in small letters."""
    if sign == ":":
        return lambda value: any(text in value for text in wanted.split("|"))
    if sign in ORDER:
        bound, compare = number(wanted), ORDER[sign]
        if bound is None:
            raise UsageError(f"{word}: {sign} compares numbers, as in lr>=.01")
        return lambda value: (has := number(value)) is not None and compare(has, bound)
    return lambda value: any(equal(value, text) for text in wanted.split("|"))


def equal(value: str, wanted: str) -> bool:
    if "*" in wanted:
        return fnmatchcase(value, wanted)
    if value == wanted:
        return True
    mine, other = number(value), number(wanted)
    return mine is not None and mine == other


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def values_of(run: Run, name: str) -> list[str]:
    """What a run has under a name: a field, an axis, a key of its tables or a result."""
    trial = run.trial
    if name in FIELDS:
        return [str(value).lower() for value in FIELDS[name](run)]
    # An axis stands in the tables too; results have names of their own.
    tables = {**trial.tables, "resources": dict(trial.resources)}
    return [*under(name, tables), *under(name, run.result or {})]


def under(name: str, table: Mapping[str, Json]) -> list[str]:
    """Values of a key by its full name, else by its last part: `train.lr`, `lr`."""
    known = list(leaves(table))
    exact = [text for key, text in known if key == name]
    return exact or [text for key, text in known if key.endswith("." + name)]


def leaves(table: Mapping[str, Json], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        path = f"{prefix}{key}".lower()
        if isinstance(value, dict):
            yield from leaves(value, path + ".")
        elif isinstance(value, list):
            yield from ((path, str(one).lower()) for one in value)
        elif value is not None:
            yield path, str(value).lower()
