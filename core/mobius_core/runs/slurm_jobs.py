"""Workers of a cluster: jobs that are runners (`runs.slurm_worker`), submitted through submitit."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from mobius_core.config import machine
from mobius_core.config.machine import SlurmSpec
from mobius_core.config.trial import Trial
from mobius_core.errors import Refused
from mobius_core.runs.files import failing
from mobius_core.runs.lab import Lab
from mobius_core.runs.plan import OF_ONE_RUN, seconds
from mobius_core.runs.scheduler import PREFIX
from mobius_core.runs.slots import Capacity, need_of
from mobius_core.runs.slurm import job_name, look, site_here

NOTICE: Final = 120
"""Seconds before its limit at which a worker is told: a save takes some, ending a guest that
does not listen 30, and Slurm may be a minute late or early."""
UNITS: Final = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """What each worker asks of Slurm."""

    cpus: int
    gpus: int
    memory_mib: int | None
    """None: what the cluster gives"""
    minutes: int | None
    """None: the limit of the partition"""


@dataclass(frozen=True, slots=True)
class Workers:
    """How many jobs are wanted, where, and how they are submitted."""

    site: str
    count: int
    settings: SlurmSpec

    @classmethod
    def of(cls, lab: Lab, count: int | None = None) -> Workers:
        """`count` workers on the cluster of this machine, `[slurm] workers` by default.

        Refused where there is no Slurm or no submitit, before anything is queued.
        """
        if find_spec("submitit") is None:
            raise Refused("--on slurm needs submitit: pip install 'mobius-tui[slurm]'")
        settings = machine.load(lab.home).slurm
        return cls(site_here(), count or settings.workers, settings)

    def start(self, lab: Lab, trials: Sequence[Trial]) -> tuple[str, ...]:
        """Submit the workers, but no more than there are trials; gives the ids of their jobs.

        The trials are queued already. Refused where Slurm does not take the jobs.
        """
        return self._submit(lab, trials, min(self.count, len(trials)))

    def top_up(self, lab: Lab, trials: Sequence[Trial]) -> tuple[str, ...]:
        """As `start`, counting the workers of this lab that are there or wait for a node."""
        there = look(self.site.removeprefix(PREFIX)).workers(job_name(lab.home))
        return self._submit(lab, trials, min(self.count, len(trials)) - there)

    def _submit(self, lab: Lab, trials: Sequence[Trial], count: int) -> tuple[str, ...]:
        if count <= 0:
            return ()
        # Here, because it imports 0.1 s of modules that no other command needs.
        import submitit

        folder = lab.home / "slurm"
        with failing("make", folder):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            executor = submitit.SlurmExecutor(folder)
            executor.update_parameters(
                **parameters(lab, size_of(trials, self.settings), self.settings)
            )
            with executor.batch():
                jobs = [executor.submit(become_worker, str(lab.home)) for _ in range(count)]
        except (RuntimeError, submitit.core.utils.FailedJobError) as error:
            why = str(error).strip().splitlines()
            raise Refused(
                f"queued, but Slurm takes no workers: {why[-1] if why else 'no reason given'}; "
                f"mend [slurm] in {lab.home / machine.FILE_NAME} or the resources, then "
                "`mobius resume --lost`"
            ) from None
        return tuple(str(job.job_id) for job in jobs)


def size_of(trials: Sequence[Trial], settings: SlurmSpec) -> Size:
    """Every worker can do every one of the trials: the largest need of each kind."""
    no_gpus = Capacity(cpus=0)  # `device = "auto"` asks a cluster for no GPU; `gpus = 1` does
    needs = [need_of(trial, no_gpus) for trial in trials]
    memory = [
        mib(str(trial.resources["memory"])) for trial in trials if trial.resources.get("memory")
    ]
    limits = [
        seconds(str(trial.resources["time"])) for trial in trials if trial.resources.get("time")
    ]
    limit = seconds(settings.time, "slurm.time") if settings.time else None
    if limit is None and len(limits) == len(trials):
        limit = max(limits) + 2 * NOTICE
    return Size(
        cpus=max(need.threads for need in needs),
        gpus=max(need.gpus for need in needs),
        memory_mib=max(memory, default=None),
        minutes=None if limit is None else max(1, round(limit / 60)),
    )


def parameters(lab: Lab, size: Size, settings: SlurmSpec) -> dict[str, object]:
    """Of submitit's SlurmExecutor, which turns them into options of sbatch."""
    notice = NOTICE if size.minutes is None else min(NOTICE, size.minutes * 30)
    wanted: dict[str, object | None] = {
        "job_name": job_name(lab.home),
        "partition": settings.partition,
        "account": settings.account,
        "cpus_per_task": size.cpus,
        "gpus_per_node": size.gpus or None,
        "mem": None if size.memory_mib is None else f"{size.memory_mib}M",
        "signal_delay_s": notice,
        "setup": list(settings.setup) or None,
        # Since 22.05 a step does not inherit the CPUs of its job.
        "srun_args": [f"--cpus-per-task={size.cpus}"],
        "additional_parameters": {"requeue": True},
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return {**given, "time": size.minutes}  # submitit's default would be five minutes


def mib(size: str) -> int:
    """16G, 500M or 1.5T in MiB, rounded up."""
    return -(-int(float(size[:-1]) * UNITS[size[-1]]) // 2**20)


def become_worker(home: str) -> None:
    """What a job does: its process becomes a runner, with nothing of submitit left in it."""
    # From here on: what Slurm says of the limit must find a worker that can hear it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    environment = {name: value for name, value in os.environ.items() if name not in OF_ONE_RUN}
    argv = [sys.executable, "-P", "-m", "mobius_core.runs.slurm_worker", home]
    os.execve(sys.executable, argv, environment)
