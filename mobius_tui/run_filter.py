"""The words of `/` on the Runs screen: `exp=primes arm=anti state!=done lr=.01 grok`.

A word without an operator matches anywhere in the trial's name or the run's id. All words must
match. Values are compared as written, without case; `|` separates alternatives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mobius_core.runs.run import Run

Test = Callable[[Run], bool]

WORD = re.compile(r"(?P<name>[A-Za-z_.]+)(?P<operator>!=|=)(?P<value>.*)")


def matching(runs: Sequence[Run], words: str) -> list[Run]:
    """Runs that satisfy every word, in the same order."""
    tests = [compile_word(word) for word in words.split()]
    return [run for run in runs if all(test(run) for test in tests)]


def compile_word(word: str) -> Test:
    found = WORD.fullmatch(word)
    if found is None:
        return lambda run: word.lower() in run.trial.name.lower() or word in run.id
    name, wanted = found["name"].lower(), set(found["value"].lower().split("|"))
    negated = found["operator"] == "!="
    return lambda run: (not values_of(run, name).isdisjoint(wanted)) is not negated


def values_of(run: Run, name: str) -> set[str]:
    """What a run has under a name: a field, or an axis by its full or last name."""
    trial = run.trial
    fields = {
        "exp": {trial.experiment},
        "experiment": {trial.experiment},
        "arm": {trial.arm or ""},
        "state": {str(run.state)},
        "kind": {trial.kind},
        "seed": {str(trial.seed)},
        "tag": set(run.tags),
        "id": {run.id},
        "host": {run.host},
    }
    if name in fields:
        return {value.lower() for value in fields[name]}
    return {
        str(value).lower()
        for axis, value in trial.axes.items()
        if name in (axis.lower(), axis.lower().rpartition(".")[2])
    }
