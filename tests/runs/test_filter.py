"""The filter language, term by term, and as RUN arguments."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mobius_core.config.trial import Trial
from mobius_core.errors import UsageError
from mobius_core.runs.filter import is_term, matching
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run, State
from mobius_core.runs.submit import submit
from tests.runs.guests import guest, until_over


def run(number: int, arm: str, lr: float, state: State, test_acc: float | None = None) -> Run:
    trial = Trial(
        name=f"primes/{arm},lr={lr},s{number}",
        experiment="primes",
        kind="modular",
        key=str(number),
        seed=number,
        arm=arm,
        axes={"train.lr": lr},
        tables={"train": {"lr": lr, "steps": 100}, "model": {"name": "mlp", "widths": [127, 251]}},
        resources={"threads": 2},
        text={"title": "Masks", "tags": ["primes", "may"]},
    )
    return Run(
        id=f"20300101T000000-primes-{number:04x}",
        folder=Path("/nowhere"),
        trial=trial,
        state=state,
        host="h",
        attempt=1,
        submitted=0.0,
        result=None if test_acc is None else {"test_acc": test_acc, "best": {"test_acc": 1.0}},
    )


RUNS = (
    replace(run(0, "dense", 0.01, State.DONE, 0.85), tags=("look", "old")),
    replace(run(1, "anti", 0.02, State.DONE, 0.99), note="odd X"),
    run(2, "anti-shuf", 5e-3, State.FAILED),
    replace(run(3, "dense", 0.02, State.RUNNING), warning="drift: other uncommitted changes"),
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", [0, 1, 2, 3]),
        ("exp=primes", [0, 1, 2, 3]),
        ("arm=anti|dense", [0, 1, 3]),
        ("arm=anti*", [1, 2]),
        ("arm=ANTI", [1]),
        ("lr>=.01", [0, 1, 3]),
        ("train.lr=1e-2", [0]),
        ("lr<0.02 lr>0.005", [0]),
        ("lr!=0.02", [0, 2]),
        ("state!=done", [2, 3]),
        ("-state=done", [2, 3]),
        ("!state!=done", [0, 1]),
        ("tag=look", [0]),
        ("tag!=look", [1, 2, 3]),
        ("tag=may", [0, 1, 2, 3]),
        ("warning:drift", [3]),
        ("note:x", [1]),
        ("-note:x", [0, 2, 3]),
        ("test_acc<.9", [0]),
        ("best.test_acc>=1", [0, 1]),
        ("test_acc!=.99", [0, 2, 3]),
        ("seed=0|3", [0, 3]),
        ("widths=251", [0, 1, 2, 3]),
        ("threads>=3", []),
        ("dense", [0, 3]),
        ("-dense s1", [1]),
        ("primes-0002", [2]),
        ("nonsense=1", []),
    ],
)
def test_terms(words: str, expected: list[int]) -> None:
    assert [run.trial.seed for run in matching(RUNS, words)] == expected


def test_order_needs_numbers() -> None:
    with pytest.raises(UsageError, match="lr>=often: >= compares numbers"):
        matching(RUNS, "lr>=often")


@pytest.mark.parametrize("name", ["@last", "20300101T000000-primes-0000", "quickstart", "data/few"])
def test_names_of_runs_are_no_terms(name: str) -> None:
    assert not is_term(name)


def test_run_arguments(lab: Lab) -> None:
    first, second = submit(lab, [guest("true", experiment=name) for name in ("one", "two")]).queued
    for one in (first, second):
        until_over(lab, one)

    def ids(*words: str) -> list[str]:
        argv = [sys.executable, "-m", "mobius_tui", "status", "--json", "--home", str(lab.home)]
        done = subprocess.run([*argv, *words], capture_output=True, text=True, check=True)
        return [one["id"] for one in json.loads(done.stdout)["runs"]]

    assert ids("exp=one") == [first.id]
    assert ids("one", "two", "exp!=one") == [second.id]
    assert ids("-exp=one", "--json") == [second.id]
    assert ids("--", "-exp=one") == [second.id]
    assert ids("state=failed") == []
    argv = [sys.executable, "-m", "mobius_tui", "rm", "state=failed", "--home", str(lab.home)]
    assert subprocess.run(argv, capture_output=True).returncode == 3
