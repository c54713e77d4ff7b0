"""What the runner costs: CPU per job beyond the job, and its memory.

python benchmarks/runner_cost.py [JOBS]
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mobius_core.config.trial import Trial
from mobius_core.runs.lab import Lab
from mobius_core.runs.prctl import adopt_orphans
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import Run
from mobius_core.runs.submit import submit

SLOTS = 4


def job(number: int) -> Trial:
    return Trial(
        name=f"sleep/s{number}",
        experiment="sleep",
        kind="command",
        key=f"{number:016x}",
        seed=number,
        tables={"command": {"argv": ["sleep", "0.1"]}},
    )


def children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cost_of_jobs(home: Path, jobs: int) -> None:
    """Runners are adopted by this process, so that their CPU time is counted when they leave."""
    adopt_orphans(True)
    alone = children_cpu()
    for _ in range(20):
        subprocess.run(["sleep", "0.1"], check=True)
    alone = (children_cpu() - alone) / 20
    lab = Lab(home)
    change_slots(home, {"cpus": str(SLOTS)})
    before, own, begin = children_cpu(), time.process_time(), time.monotonic()
    submit(lab, [job(number) for number in range(jobs)])
    submitted, own = time.monotonic() - begin, time.process_time() - own
    largest = 0
    ended = 0
    while True:
        for pid in runners():
            largest = max(largest, resident(pid))
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                ended += 1
        except ChildProcessError:
            break
        time.sleep(0.05)
    wall = time.monotonic() - begin
    per_job = (children_cpu() - before) / jobs - alone
    runs = lab.scan()
    done = sum(run.state.value == "done" for run in runs)
    began = [run.trial.seed for run in sorted(runs, key=lambda run: run.started or 0.0)]
    order = "in order" if began == sorted(began) else "OUT OF ORDER"
    print(
        f"{done} of {jobs} jobs of 0.1 s on {SLOTS} slots: {wall:.1f} s, at most "
        f"{most_at_once(runs)} at once, {order}"
    )
    print(f"  submit: {1000 * submitted:.0f} ms, {1000 * own:.0f} ms of CPU")
    print(f"  {ended} runners: {1000 * per_job:.1f} ms of CPU per job beyond the job")
    print(f"  a runner's resident memory: {largest / 1024:.1f} MB at most")


def most_at_once(runs: Sequence[Run]) -> int:
    """From claim to the end on file, which is a little longer than each ran."""
    changes = [(run.started or 0.0, 1) for run in runs] + [(run.ended or 0.0, -1) for run in runs]
    running = most = 0
    for _, change in sorted(changes):
        running += change
        most = max(most, running)
    return most


def runners() -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        try:
            command = Path(f"/proc/{name}/cmdline").read_bytes()
        except OSError:
            continue
        if name.isdecimal() and b"mobius_core.runs.runner" in command:
            found.append(int(name))
    return found


def resident(pid: int) -> int:
    """Kilobytes."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.split("\n") if "VmRSS" in line), 0)


def main(jobs: int = 300) -> None:
    with tempfile.TemporaryDirectory() as place:
        cost_of_jobs(Path(place) / "jobs", jobs)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
