"""Labs to measure with, written in the formats of real ones: finished runs and live ones."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Json, Trial
from mobius_core.errors import WorkFailed
from mobius_core.metrics.write import MetricsWriter
from mobius_core.runs import events
from mobius_core.runs.facts import Exit, Proc
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.process import identify, this_host
from mobius_core.runs.spec import QueuePlace, RunSpec

SEEDS: Final = 50
"""Of each of the sweep's 20 cells: a thousand runs."""
FILE: Final = """\
schema = 1
[experiments.sweep]
title = "A sweep of a thousand trials"
task = {{ kind = "modular" }}
model = {{ widths = [31, 61] }}
train = {{ optimizer = "adamw", weight_decay = 2.0, batch = "full", steps = {steps} }}
matrix = {{ train.lr = [1e-3, 2e-3, 5e-3, 1e-2, 2e-2] }}
seeds = {seeds}
[experiments.sweep.arms]
dense = {{}}
prime = {{ model.mask = {{ mode = "prime_only", layers = [2] }} }}
prime-shuf = {{ model.mask = {{ mode = "shuffled", layers = [2], like = "prime_only" }} }}
anti = {{ model.mask = {{ mode = "anti_prime", layers = [2] }} }}
"""
HOUR: Final = 3600.0


def make_lab(folder: Path, *, seeds: int = SEEDS, steps: int = 3000) -> tuple[Trial, ...]:
    """An experiments file in `folder`, and the trials of its sweep: 20 times the seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "experiments.toml"
    file.write_text(FILE.format(seeds=seeds, steps=steps))
    return expand(load(file), "sweep")


def put_run(home: Path, trial: Trial, number: int) -> RunFolder:
    """A queued run, as `submit` leaves it."""
    run = RunFolder(
        home / "runs" / f"20261121T1200{number % 60:02}-{trial.experiment}-{number:04x}"
    )
    for path in (run.attempts, run.control, run.checkpoints):
        path.mkdir(parents=True)
    place = QueuePlace(submitted_ns=time.time_ns(), seq=number, priority=0)
    host = this_host().name
    RunSpec(id=run.id, sweep=run.id, queue=place, host=host, after=(), trial=trial).write(run.spec)
    events.append(run, "queued", after=[], retry_of=None)
    return run


def begin(run: RunFolder) -> None:
    """Claimed by this very process: the run is running for as long as it lives."""
    attempt = run.attempt(1)
    attempt.path.mkdir()
    me = identify(os.getpid())
    if me is None:
        raise WorkFailed("/proc says nothing about this process; is it mounted?")
    proc = Proc(host=this_host(), runner=me, child=me, devices=("cpu 0",), t=time.time())
    write_json(attempt.proc, proc.to_json())
    attempt.heartbeat.touch()


def finish(run: RunFolder, number: int) -> None:
    """Ended well an hour ago, with a result, forty rows of metrics and as many lines of log."""
    begin(run)
    generalised = 300 + number % 97
    with MetricsWriter(run.metrics) as metrics, open(run.log, "w") as log:
        for step in range(10, 401, 10):
            metrics.row(step, **values(step, generalised))
            log.write(f"step {step:6}  train {step / 400:.4f}  test {step / 500:.4f}\n")
    ended = Exit(reason="done", t=time.time() - HOUR, rc=0)
    write_json(run.attempt(1).exit, ended.to_json())
    events.append(run, "done", attempt=1, rc=0, message="")
    write_json(run.result, result(generalised))


def values(step: int, generalised: int) -> dict[str, float]:
    return {
        "train_loss": 4.5 * math.exp(-step / 60),
        "train_acc": 1 / (1 + math.exp((110 - step) / 12)),
        "test_acc": 1 / (1 + math.exp((generalised - 40 - step) / 9)),
    }


def result(generalised: int) -> dict[str, Json]:
    return {
        "kind": "modular",
        "step": 400,
        "train_acc": 1.0,
        "test_acc": 0.999,
        "best": {"step": 400, "test_acc": 0.999},
        "onset": {
            "class": "grokked",
            "memorised": 140,
            "generalised": generalised,
            "delay": generalised - 140,
            "spacing": 10,
            "censored_at": None,
        },
        "density": 0.3975,
        "seconds": 3.0,
    }


def finished_lab(folder: Path, runs: int) -> None:
    trials = make_lab(folder, seeds=-(-runs // 20))
    for number, trial in enumerate(trials[:runs]):
        finish(put_run(folder / "mobius_lab", trial, number), number)


def long_run(folder: Path, steps: int) -> None:
    """One finished run with a row of three metrics every step."""
    run = put_run(folder / "mobius_lab", make_lab(folder, seeds=1, steps=steps)[0], 0)
    begin(run)
    with MetricsWriter(run.metrics) as metrics:
        for step in range(1, steps + 1):
            metrics.row(step, **values(step % 4000, 300))
    run.log.write_text("the run of the measurement\n")
    write_json(run.attempt(1).exit, Exit(reason="done", t=time.time(), rc=0).to_json())
    write_json(run.result, result(300))


@contextmanager
def live_lab(folder: Path, runs: int, a_second: float) -> Iterator[list[RunFolder]]:
    """Running runs that each get so many rows of three metrics a second, and as many lines."""
    trials = make_lab(folder, seeds=-(-runs // 20), steps=100_000)
    folders = [put_run(folder / "mobius_lab", trial, n) for n, trial in enumerate(trials[:runs])]
    enough = threading.Event()
    for run in folders:
        begin(run)
        run.log.touch()
    writer = threading.Thread(target=write_rows, args=(folders, a_second, enough))
    writer.start()
    try:
        yield folders
    finally:
        enough.set()
        writer.join()


def write_rows(folders: list[RunFolder], a_second: float, enough: threading.Event) -> None:
    """A row and a line for each run at that pace, until it is enough."""
    step = 0
    while not enough.wait(1 / a_second):
        step += 1
        for run in folders:
            add_row(run, step)


def add_row(run: RunFolder, step: int) -> None:
    with MetricsWriter(run.metrics) as metrics, open(run.log, "a") as log:
        metrics.row(step, **values(step % 4000, 300))
        log.write(f"step {step:6}  and what it says about itself\n")
