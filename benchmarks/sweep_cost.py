"""What a sweep of small trials costs beyond their own steps, one slot a core.

python benchmarks/sweep_cost.py [TRIALS] [SLOTS] [STEPS]

350 steps of a trial take three seconds on an idle core.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.runs.lab import Lab
from mobius_core.runs.prctl import adopt_orphans
from mobius_core.runs.resize import change_slots
from mobius_core.runs.submit import submit

EXPERIMENT = """
schema = 1
[experiments.grok]
task = { kind = "modular", operation = "add", modulus = 97, train_fraction = 0.4 }
model = { name = "mlp", widths = [127, 251], activation = "relu" }
eval = { every = 10, measures = ["norms", "fourier"] }
onset = { stop = false }
[experiments.grok.train]
lr = 2e-2
weight_decay = 2.0
betas = [0.9, 0.98]
batch = "full"
steps = STEPS
"""


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main(trials: int = 56, slots: int = len(os.sched_getaffinity(0)), steps: int = 350) -> None:
    """Runners are adopted by this process, so that their CPU time and that of all below counts."""
    adopt_orphans(True)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "experiments.toml"
        file.write_text(EXPERIMENT.replace("STEPS", str(steps)))
        lab = Lab(Path(place) / "lab")
        change_slots(lab.home, {"cpus": str(slots)})
        begin = time.monotonic()
        submit(lab, expand(load(file), "grok", [f"seeds=0-{trials - 1}"]))
        try:
            while True:
                os.wait()
        except ChildProcessError:
            wall = time.monotonic() - begin
        runs = lab.scan()
        print(f"{sum(run.state.value == 'done' for run in runs)} of {trials} trials done")
        own, cpu = 0.0, 0.0
        for run in runs:
            lines = (run.folder / "metrics.jsonl").read_text().splitlines()
            times = [json.loads(line)["t"] for line in lines]
            own += times[-1] - times[0]
            cpu += float(str((run.result or {})["cpu_seconds"]))
    print(
        f"slots x wall / first to last step: {slots * wall:.1f} / {own:.1f} s = "
        f"{slots * wall / own:.3f}"
    )
    print(
        f"all CPU / CPU of the children: {cpu_of_children():.1f} / {cpu:.1f} s = "
        f"{cpu_of_children() / cpu:.3f}"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
