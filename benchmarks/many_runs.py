"""What a look at many finished runs costs: `status --json` in fresh processes, and a scan.

python benchmarks/many_runs.py [FOLDERS] [HOME]

The runs are those of experiments.toml's own sweeps, submitted by our own code and finished by the
files that a runner and a child leave: proc, exit, heartbeat, metrics of 200 rows, log, result.
HOME, where given, is kept and used again.
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Json, Trial
from mobius_core.runs import events
from mobius_core.runs.environment import describe
from mobius_core.runs.facts import Exit, Proc
from mobius_core.runs.files import write_json
from mobius_core.runs.lab import SETTLED, Lab, make_folders
from mobius_core.runs.process import Process
from mobius_core.runs.spec import RunSpec
from mobius_core.runs.submit import make_specs, write_runs

EXPERIMENTS: Final = Path(__file__).parents[1] / "experiments.toml"
ROWS: Final = 200
REPEATS: Final = 7


def trials(count: int) -> list[Trial]:
    """`count` trials of the modular sweeps of experiments.toml, told apart by their seeds."""
    project = load(EXPERIMENTS)
    known = [
        trial
        for name, experiment in project.experiments.items()
        if experiment.kind == "modular"
        for trial in expand(project, name)
    ]
    return [
        replace(trial, seed=number, key=f"{number:016x}", name=f"{trial.name}-{number}")
        for number, trial in zip(range(count), itertools.cycle(known), strict=False)
    ]


def finish(lab: Lab, spec: RunSpec, number: int) -> None:
    """What a runner and a child of ours leave behind."""
    folder = lab.folder(spec.id)
    attempt = folder.attempt(1)
    attempt.path.mkdir()
    t = spec.queue.submitted_ns / 1e9
    proc = Proc(
        host=lab.host,
        runner=Process(1, 1),
        child=Process(2, 2),
        devices=(f"cpu {number % 4}",),
        t=t,
    )
    write_json(attempt.proc, proc.to_json())
    attempt.heartbeat.touch()
    events.append(folder, "started", attempt=1, where=proc.devices[0])
    rows = [
        {"step": step, "t": t + step, "attempt": 1, "train_loss": 1 / (step + 1), "test_acc": 0.5}
        for step in range(ROWS)
    ]
    folder.metrics.write_text("".join(json.dumps(row) + "\n" for row in rows))
    folder.log.write_text("".join(f"step {row['step']:6}  train .9876\n" for row in rows))
    failed = number % 50 == 0
    if not failed:
        write_json(folder.result, result(number))
    reason, rc = ("failed", 1) if failed else ("done", 0)
    write_json(attempt.exit, Exit(reason=reason, t=t + ROWS, rc=rc).to_json())
    events.append(folder, reason, attempt=1, rc=rc)
    if number % 20 == 0:
        write_json(folder.notes, {"tags": ["look"], "note": f"number {number}"})


def result(number: int) -> dict[str, Json]:
    onset: dict[str, Json] = {
        "class": "grokked",
        "memorised": 100 + number % 40,
        "generalised": 400 + number % 300,
        "delay": 300,
        "spacing": 10,
        "censored_at": None,
    }
    masks: list[Json] = [
        {"layer": 2, "mode": "prime_only", "density": 0.2123, "rows": 53, "columns": 31}
    ]
    return {
        "kind": "modular",
        "step": 3000,
        "train_acc": 1.0,
        "test_acc": 0.99 + number % 100 / 1e4,
        "train_loss": 1.3e-5,
        "test_loss": 0.0123,
        "onset": onset,
        "leak": 0,
        "masks": masks,
        "density": 0.2123,
        "parameters": 60_097,
        "seconds": 12.5,
        "cpu_seconds": 12.3,
        "device": "cpu",
        "precision": "float32",
    }


def make(home: Path, count: int) -> None:
    lab = Lab(home)
    make_folders(lab)
    specs, _ = make_specs(lab, trials(count), ())
    write_runs(lab, specs, describe(EXPERIMENTS.parent))
    for number, spec in enumerate(specs):
        finish(lab, spec, number)
    for entry in lab.queue.entries():
        lab.queue.remove(entry)
    time.sleep(SETTLED)  # younger folders are not believed to stay as they are


def cpu_of(*argv: str) -> tuple[float, bytes]:
    """CPU seconds of a fresh process, its start included, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def main(count: int, home: Path) -> None:
    if not (home / "runs").is_dir():
        make(home, count)
    os.environ["XDG_CACHE_HOME"] = str(home / "cache")
    argv = (sys.executable, "-m", "mobius_tui", "status", "--json", "--home")
    cold, _ = cpu_of(*argv, str(home))
    warm = [cpu_of(*argv, str(home)) for _ in range(REPEATS)]
    bare = min(cpu_of(*argv, str(home / "empty"))[0] for _ in range(REPEATS))
    seen = len(json.loads(warm[-1][1])["runs"])
    print(f"status --json, {seen} finished runs, load {os.getloadavg()[0]:.1f}:")
    print(f"  cold {1000 * cold:.0f} ms of CPU, warm {1000 * min(warm)[0]:.0f} ms")
    print(f"  of them the command without any run: {1000 * bare:.0f} ms")
    lab = Lab(home)
    for words in ("a scan in a fresh lab", "again"):
        begin = time.process_time()
        lab.scan()
        print(f"  {words}: {1000 * (time.process_time() - begin):.0f} ms of CPU")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    if len(sys.argv) > 2:
        main(count, Path(sys.argv[2]).absolute())
    else:
        with tempfile.TemporaryDirectory() as place:
            main(count, Path(place) / "lab")
