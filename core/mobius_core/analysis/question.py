"""What a sweep's statistics are asked about, and the child process that answers.

scipy and numpy live in the child alone (`mobius_core.analysis.sweep`): neither the command line
nor the TUI imports them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

from mobius_core.analysis.onset_table import delays, generalising, judged_runs
from mobius_core.analysis.survival import Wait
from mobius_core.config.trial import Json
from mobius_core.errors import WorkFailed
from mobius_core.runs.run import Run

PATIENCE: Final = 120.0
"""Seconds; a hundred arms of a hundred seeds take ten."""


class Observed(NamedTuple):
    """One run with a verdict."""

    arm: str
    cell: str
    """its place in the matrix, equal in runs that differ by arm and seed only"""
    seed: int
    generalised: Wait
    delay: Wait | None
    """None where it never memorised"""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A sweep as it stands."""

    experiment: str
    compare: tuple[tuple[str, str], ...]
    """planned before the runs: (arm, control)"""
    planned: int
    """trials"""
    failed: Mapping[str, int]
    """runs that ended without a verdict, by arm; arms without any are left out"""
    runs: tuple[Observed, ...]


def question(
    experiment: str, compare: Sequence[tuple[str, str]], planned: int, runs: Iterable[Run]
) -> Question:
    """About the runs that speak for an experiment's trials."""
    failed: dict[str, int] = {}
    observed = []
    for run in runs:
        arm = run.trial.arm or experiment
        judged = judged_runs([run])
        if judged:
            cell = ",".join(f"{name}={value}" for name, value in run.trial.axes.items())
            delay = delays(judged)
            observed.append(
                Observed(
                    arm,
                    cell,
                    run.trial.seed,
                    generalising(judged)[0],
                    delay[0] if delay else None,
                )
            )
        elif run.state.is_over:
            failed[arm] = failed.get(arm, 0) + 1
    return Question(
        experiment=experiment,
        compare=tuple(compare),
        planned=planned,
        failed=failed,
        runs=tuple(observed),
    )


def answer(asked: Question) -> dict[str, Json]:
    """Of the child process; docs/formats.md lists its fields. WorkFailed, with what to install,
    where there is no scipy."""
    child = subprocess.run(
        [sys.executable, "-m", "mobius_core.analysis.sweep"],
        input=to_json(asked),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if child.returncode != 0:
        reason = child.stderr.strip().rpartition("\n")[2]
        raise WorkFailed(reason or f"the statistics ended with exit code {child.returncode}")
    return cast("dict[str, Json]", json.loads(child.stdout))


def to_json(asked: Question) -> str:
    return json.dumps({**vars(asked), "failed": dict(asked.failed)})


def from_json(text: str) -> Question:
    """The inverse of `to_json`."""
    document = json.loads(text)
    return Question(
        experiment=str(document["experiment"]),
        compare=tuple((str(arm), str(control)) for arm, control in document["compare"]),
        planned=int(document["planned"]),
        failed={str(arm): int(count) for arm, count in document["failed"].items()},
        runs=tuple(
            Observed(arm, cell, seed, Wait(*generalised), None if delay is None else Wait(*delay))
            for arm, cell, seed, generalised, delay in document["runs"]
        ),
    )
