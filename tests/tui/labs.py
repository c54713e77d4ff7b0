"""Labs on disk, written through the same formats that runners and children write."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Json, Trial
from mobius_core.metrics.write import MetricsWriter
from mobius_core.runs import events
from mobius_core.runs.facts import Exit, Proc
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.process import Host, identify, this_host
from mobius_core.runs.spec import QueuePlace, RunSpec

ELSEWHERE = Host("gpu-7", "0", "pid:[1]")
"""Another host: what has ended there is shown as it ended."""

FILE = """\
schema = 1

[data.paper]
n = [2, 1e13]
rows = 1_000_000
test = 100_000

[experiments.paper-mu2]
title = "mu^2(n) from n mod p, p <= 541"
task = { kind = "arithmetic", target = "mu2", data = "paper" }
train = { steps = 20_000, batch = 4096 }
reference = { "paper" = { test_acc = 0.7064 } }

[experiments.primes]
title = "Do prime masks on the inner layer change the delay?"
task = { kind = "modular" }
model = { widths = [31, 61] }
train = { optimizer = "adamw", lr = 1e-2, weight_decay = 2.0, batch = "full", steps = 3000 }
seeds = 2
[experiments.primes.arms]
dense = {}
prime = { model.mask = { mode = "prime_only", layers = [2] } }
prime-shuf = { model.mask = { mode = "shuffled", layers = [2], like = "prime_only" } }
anti = { model.mask = { mode = "anti_prime", layers = [2] } }

[experiments.guest]
title = "Somebody else's script"
task = { kind = "command" }
command = { argv = ["false"] }

[experiments.never]
title = "Nobody has pressed R yet"
task = { kind = "command" }
command = { argv = ["true"] }
"""


@dataclass(frozen=True)
class LabOnDisk:
    file: Path
    home: Path

    @property
    def runs(self) -> Path:
        return self.home / "runs"


def empty_lab(folder: Path, text: str = FILE) -> LabOnDisk:
    file = folder / "experiments.toml"
    file.write_text(text)
    return LabOnDisk(file, folder / "mobius_lab")


def finished_lab(folder: Path) -> LabOnDisk:
    """Runs in every kind of state, at ages of whole hours; one that this very process works on."""
    lab = empty_lab(folder)
    project = load(lab.file)
    primes = expand(project, "primes")
    for number, trial in enumerate(primes[:6]):
        run = put_run(lab, trial, number, hours_ago=6 - number)
        if trial.name == "primes/prime-shuf,s1":
            curves(run, generalises=None)
            run_here(run)
        elif trial.name == "primes/prime,s1":
            curves(run, generalises=None)
            end(run, hours_ago=6 - number, result=modular_result(160, None))
        else:
            generalises = 300 + 20 * number
            curves(run, generalises=generalises)
            end(run, hours_ago=6 - number, result=modular_result(140, generalises))
    put_run(lab, primes[6], 6, hours_ago=1)
    paper = put_run(lab, expand(project, "paper-mu2")[0], 7, hours_ago=30)
    curves(paper, generalises=None)
    end(paper, hours_ago=29, result=ARITHMETIC_RESULT)
    guest = put_run(lab, expand(project, "guest")[0], 8, hours_ago=50)
    guest.log.write_text("Traceback (most recent call last):\nValueError: no such file\n")
    end(guest, hours_ago=49, reason="failed", rc=1, message="exit code 1")
    return lab


def put_run(
    lab: LabOnDisk, trial: Trial, number: int, *, hours_ago: float, host: str = ELSEWHERE.name
) -> RunFolder:
    """A queued run, as `submit` leaves it."""
    run = RunFolder(lab.runs / f"20261121T1200{number:02}-{trial.experiment}-{number:04x}")
    for path in (run.attempts, run.control, run.checkpoints):
        path.mkdir(parents=True)
    submitted = time.time() - 3600 * hours_ago
    place = QueuePlace(submitted_ns=int(submitted * 1e9), seq=number, priority=0)
    spec = RunSpec(id=run.id, sweep=run.id, queue=place, host=host, after=(), trial=trial)
    spec.write(run.spec)
    write_json(run.env, {"commit": "6d1f0a2b5c", "versions": {"python": "3.11.7"}})
    events.append(run, "queued", after=[], retry_of=None)
    return run


def curves(run: RunFolder, generalises: int | None) -> None:
    """An accuracy that is memorised at 150 and, perhaps, generalises later; and a log of it."""
    with MetricsWriter(run.metrics) as metrics, open(run.log, "w") as log:
        for step in range(10, 401, 10):
            train = 1 / (1 + math.exp(-(step - 110) / 12))
            test = 0.0 if generalises is None else 1 / (1 + math.exp((generalises - 40 - step) / 9))
            metrics.row(
                step,
                train_loss=4.5 * math.exp(-step / 60),
                train_acc=train,
                test_loss=4.6 - 4.5 * test,
                test_acc=test,
                norm=30 + 20 * math.exp(-((step - 150) ** 2) / 20_000),
            )
            log.write(f"step {step:6}  train {train:.4f}  test {test:.4f}\n")


def run_here(run: RunFolder) -> None:
    """Claimed by this very process, which is alive: the run is running."""
    attempt = run.attempt(1)
    attempt.path.mkdir()
    me = identify(os.getpid())
    assert me is not None
    proc = Proc(host=this_host(), runner=me, child=me, devices=("cpu 0",), t=time.time() - 7200)
    write_json(attempt.proc, proc.to_json())
    attempt.heartbeat.touch()


def end(
    run: RunFolder,
    *,
    hours_ago: float,
    result: Mapping[str, Json] | None = None,
    reason: str = "done",
    rc: int = 0,
    message: str = "",
) -> None:
    """One attempt that took 3 s."""
    attempt = run.attempt(1)
    attempt.path.mkdir()
    ended = time.time() - 3600 * hours_ago + 60
    me = identify(os.getpid())
    assert me is not None
    proc = Proc(host=ELSEWHERE, runner=me, devices=("cpu 1",), t=ended - 3)
    write_json(attempt.proc, proc.to_json())
    write_json(attempt.exit, Exit(reason=reason, t=ended, rc=rc, message=message).to_json())
    events.append(run, reason, attempt=1, rc=rc, message=message)
    if result is not None:
        write_json(run.result, result)


def modular_result(memorised: int, generalised: int | None) -> dict[str, Json]:
    grokked = generalised is not None
    return {
        "kind": "modular",
        "step": 400,
        "train_acc": 1.0,
        "test_acc": 0.999 if grokked else 0.71,
        "train_loss": 0.01,
        "test_loss": 0.05 if grokked else 1.04,
        "best": {"step": 400, "test_acc": 0.999 if grokked else 0.71},
        "onset": {
            "class": "grokked" if grokked else "memorised_only",
            "memorised": memorised,
            "generalised": generalised,
            "delay": None if generalised is None else generalised - memorised,
            "spacing": 10,
            "censored_at": None if grokked else 400,
        },
        "density": 0.3975,
        "seconds": 3.0,
    }


ARITHMETIC_RESULT: dict[str, Json] = {
    "kind": "arithmetic",
    "step": 20_000,
    "test_acc": 0.7031,
    "test_loss": 0.501,
    "oracle_acc": 0.7034,
    "oracle_loss": 0.5,
    "gap": -0.0003,
    "gap_se": 0.0005,
    "base_rate": 0.6079,
    "best": {"step": 19_000, "test_acc": 0.7031},
    "seconds": 3.0,
}

CURVE = """\
import json, os, sys, time
out = open(os.path.join(os.environ["MOBIUS_RUN"], "metrics.jsonl"), "a", buffering=1)
step = 0
while not os.path.exists(sys.argv[1]):
    step += 1
    row = {"step": step, "t": time.time(), "attempt": 1}
    out.write(json.dumps({**row, "train_acc": step / 1000, "test_acc": step / 2000}) + chr(10))
    print("step", step, "of the little script", flush=True)
    time.sleep(0.05)
"""
"""A light guest: rows of metrics and lines of log, until a file is there."""


def light_lab(folder: Path, seeds: int = 1) -> tuple[LabOnDisk, Path]:
    """A lab whose one experiment is a real program, and the file that ends it well."""
    enough = folder / "enough"
    (folder / "curve.py").write_text(CURVE)
    argv = ["python3", "-u", str(folder / "curve.py"), str(enough)]
    text = (
        'schema = 1\n[experiments.quickstart]\ntitle = "A little script"\n'
        'task = { kind = "command" }\nresources = { device = "cpu" }\n'
        f"seeds = {seeds}\n"
        f'command = {{ argv = {argv!r}, log = "none", resume = "rerun" }}\n'
    )
    return empty_lab(folder, text), enough
