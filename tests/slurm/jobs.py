"""Submitting to the Slurm of the tests, and waiting for what comes of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from mobius_core.config.trial import Trial
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run, State
from mobius_core.runs.scheduler import Job
from mobius_core.runs.slurm_jobs import Workers
from mobius_core.runs.submit import Submission, submit
from tests.runs.guests import events_of, now, proc_of
from tests.runs.guests import until as soon
from tests.slurm.cluster import NAME

T = TypeVar("T")
SITE = f"slurm:{NAME}"
PATIENCE = 200.0
"""Seconds: a requeued job starts after five at best, and imports torch twice."""
EXPERIMENTS = """
schema = 1
[data.small]
n = [2, 100000]
rows = 2000
[experiments.small]
task = { kind = "modular", modulus = 31 }
model = { name = "mlp", widths = [32] }
train = { batch = "full", steps = 3000 }
eval = { every = 50 }
onset = { stop = false }
[experiments.sums]
task = { kind = "arithmetic", target = "mu2", data = "small", inputs = [{ primes = 5 }] }
model = { name = "mlp", widths = [16] }
train = { batch = 64, steps = 40 }
[experiments.meeting]
task = { kind = "command", data = "small" }
command = { argv = ["sh", "-c", '''
    cd $0; : > met{seed}; until [ -e met0 -a -e met1 ]; do sleep 0.05; done
''', "{run}/../.."] }
[experiments.guest]
task = { kind = "command" }
command = { argv = ["sh", "-c", "echo hello {seed}"] }
seeds = 3
"""


def to_slurm(lab: Lab, trials: Sequence[Trial], count: int = 1) -> Submission:
    return submit(lab, trials, workers=Workers.of(lab, count))


def start(lab: Lab, trial: Trial) -> Run:
    return to_slurm(lab, [trial]).queued[0]


def job_of(run: Run) -> Job:
    job = proc_of(run).job
    assert job is not None
    return job


def until(event: Callable[[], T | None], what: str) -> T:
    return soon(event, what, PATIENCE)


def until_state(lab: Lab, run: Run, state: State) -> Run:
    def reached() -> Run | None:
        current = now(lab, run)
        final = current.state.is_over and not current.state.may_continue
        return current if current.state is state or final else None

    found = until(reached, f"{run.trial.name} to be {state}")
    assert found.state is state, (found.message, events_of(run))
    return found


def until_log(run: Run, text: str) -> None:
    log = RunFolder(run.folder).log
    until(lambda: log.exists() and text in log.read_text(), f"{text!r} in the log")


def all_over(lab: Lab, runs: Sequence[Run]) -> tuple[Run, ...]:
    def over() -> tuple[Run, ...] | None:
        current = lab.read(run.id for run in runs)
        return current if all(run.state.is_over for run in current) else None

    return until(over, "the end of all runs")


def mobius(lab: Lab, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mobius_tui", *words, "--home", str(lab.home)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
