"""The runner inside a Slurm job: `python -P -m mobius_core.runs.slurm_worker HOME`.

It is an ordinary runner that owns what Slurm gave to its job. It works through the queue of its
cluster, run after run, until nothing is left or its time is nearly up; then the run saves and is
queued again, and the job puts itself back into Slurm's queue.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from mobius_core.errors import MobiusError, WorkFailed
from mobius_core.runs.again import can_continue, queue_again
from mobius_core.runs.dispatch import Pass, make_pass
from mobius_core.runs.facts import read_proc
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.gpus import Gpu
from mobius_core.runs.lab import Lab
from mobius_core.runs.mend import mend
from mobius_core.runs.process import Process, identify
from mobius_core.runs.run import State
from mobius_core.runs.runner import Runner, complain
from mobius_core.runs.scheduler import PREFIX, Job
from mobius_core.runs.slots import Capacity, Lease, Need

OF_GPUS: Final = ("SLURM_STEP_GPUS", "SLURM_JOB_GPUS", "SLURM_GPUS_ON_NODE")
"""One of these is set by every Slurm that gave GPUs to a job."""
AT_WORK: Final = frozenset({State.STARTING, State.RUNNING, State.STOPPING})


class Worker(Runner):
    def __init__(self, lab: Lab, process: Process, job: Job) -> None:
        super().__init__(lab, process, job)
        self.own = job

    def live(self) -> None:
        """As a runner; and again in the next life of the job while work is left."""
        if self.own.restarts:
            take_back(self.lab, self.own)
        super().live()
        if self.termination.limit_is_near and self.lab.queue.entries():
            from mobius_core.runs.slurm import requeue

            requeue(self.own)

    def make_pass(self) -> Pass:
        """One run at a time: the job was made large enough for the largest."""
        capacity = allocated(os.environ)

        def grant(need: Need) -> Lease:
            gpus = capacity.gpus[: need.gpus]
            where = (f"job {self.own.id}", *(f"gpu {gpu.index}" for gpu in gpus))
            return Lease(where, ",".join(gpu.uuid for gpu in gpus), [])

        return replace(make_pass(self.lab, capacity, grant), more=False)

    def stays(self, found: Pass) -> bool:
        """While somebody works on what the queue waits for, such as a data build: a node given
        back now would have to be waited for again."""
        specs = [self.lab.spec(entry.run) for entry in self.lab.queue.entries()]
        awaited = {run_id for spec in specs if spec for run_id in spec.after}
        return any(run.state in AT_WORK for run in self.lab.read(awaited))


def allocated(environment: Mapping[str, str]) -> Capacity:
    """What Slurm gave to this job: CPUs of its one task, and GPUs by the names it gave them.

    A cgroup may count a node's GPUs anew from 0, so these names mean nothing outside of the job
    and are passed on as they are. Without GPUs the variable is what the submitting shell had.
    """
    cpus = environment.get("SLURM_CPUS_PER_TASK") or len(os.sched_getaffinity(0))
    has_gpus = any(name in environment for name in OF_GPUS)
    names = environment.get("CUDA_VISIBLE_DEVICES", "") if has_gpus else ""
    gpus = [name.strip() for name in names.split(",") if name.strip()]
    return Capacity(cpus=int(cpus), gpus=tuple(Gpu(index, name) for index, name in enumerate(gpus)))


def take_back(lab: Lab, job: Job) -> None:
    """Queue again what earlier lives of this job were at when the node failed or was taken away.

    Slurm starts a job again only when its earlier life is over. That may have been between the
    end of a run and its next place in the queue.
    """
    runs = lab.scan([])
    mend(lab, runs)
    for run in runs:
        interrupted = run.state.is_live or run.state.may_continue
        if run.host != lab.site or not interrupted or not can_continue(run.trial):
            continue
        proc = read_proc(RunFolder(run.folder).attempt(run.attempt))
        earlier = proc.job if proc else None
        if earlier is None or (earlier.cluster, earlier.id) != (job.cluster, job.id):
            continue
        if earlier.restarts < job.restarts:
            queue_again(lab, run, 0, "resumed")


def main(argv: list[str]) -> int:
    job = Job.here()
    process = identify(os.getpid())
    if job is None or process is None:
        sys.stderr.write("a Slurm worker runs inside a job: see `mobius run --on slurm`\n")
        return WorkFailed.exit_code
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    os.chdir("/")
    os.umask(0o022)
    try:
        Worker(Lab(Path(argv[0]), PREFIX + job.cluster), process, job).live()
    except MobiusError as error:
        complain(process, error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
