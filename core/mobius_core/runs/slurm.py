"""Asking Slurm, by its own programs: nothing that a worker would have to import."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

from mobius_core.errors import Refused, WorkFailed
from mobius_core.runs.scheduler import NOT_STARTED, ON_A_NODE, PREFIX, Job, Line, Snapshot

PATIENCE: Final = 20.0
"""Seconds for an answer: a busy controller takes a few, one that restarts none."""


def job_name(home: Path) -> str:
    """By which squeue's lines are known to be workers of a lab."""
    return "mobius-" + hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:8]


def cluster_here() -> str | None:
    """Name of the cluster that this machine submits to; None where there is no Slurm.

    WorkFailed where its controller does not answer.
    """
    if shutil.which("sbatch") is None:
        return None
    for line in ask("scontrol", "show", "config").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "ClusterName":
            return value.strip()
    raise WorkFailed("`scontrol show config` names no cluster; see `sinfo`")


def site_here() -> str:
    """The queue of the cluster that this machine submits to. Refused where there is none."""
    cluster = cluster_here()
    if cluster is None:
        raise Refused("there is no sbatch here: submit on a login node, or with --on local")
    return PREFIX + cluster


def look(cluster: str) -> Snapshot:
    """Ask squeue for the jobs of this user. WorkFailed where it cannot be asked."""
    said = ask(
        *("squeue", "--noheader", "--array", "--states=all", f"--user={os.getuid()}"),
        "--Format=JobID:24,RestartCnt:12,State:24,Name:64",
    )
    return Snapshot(cluster, os.getuid(), parse(said))


def parse(said: str) -> dict[str, Line]:
    """Lines of job id, restarts, state and name; the name may hold spaces."""
    jobs = {}
    for line in said.splitlines():
        fields = line.split(None, 3)
        if len(fields) == 4 and fields[1].isdecimal():
            jobs[fields[0]] = Line(fields[2], int(fields[1]), fields[3].strip())
    return jobs


def accounted(job: Job) -> str:
    """The last word of Slurm's accounting on how a job ended that the controller has forgotten;
    empty where it knows none. WorkFailed where the cluster keeps no accounts."""
    options = ("--noheader", "--allocations", "--parsable2", "--format=State")
    lines = ask("sacct", *options, f"--jobs={job.id}").splitlines()
    word = lines[-1].partition(" ")[0] if lines else ""  # `CANCELLED by 1000`
    return "" if word in NOT_STARTED | ON_A_NODE else word


def requeue(job: Job) -> None:
    """Put the job back into Slurm's queue, which ends this life of it. WorkFailed where refused."""
    ask("scontrol", "requeue", job.id)


def ask(*command: str) -> str:
    """What a client of Slurm prints. WorkFailed with what it complains of."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except FileNotFoundError:
        raise WorkFailed(f"there is no {command[0]} here: Slurm cannot be asked") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WorkFailed(f"`{command[0]}` gave no answer: {error}") from None
    if done.returncode:
        why = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise WorkFailed(f"`{' '.join(command[:2])}` failed: {why[-1]}")
    return done.stdout


class Scheduler:
    """Answers of one cluster, each kept for a while: a controller serves many users."""

    EVERY: Final = 10.0
    """seconds"""

    def __init__(self) -> None:
        self._asked = -self.EVERY
        self._snapshot: Snapshot | None = None
        self._accounts: dict[Job, str] | None = {}
        """None where the cluster keeps none"""

    def accounted(self, job: Job) -> str:
        """How the job ended, by the accounts; each is asked for once. Empty where unknown."""
        if self._accounts is None:
            return ""
        if job not in self._accounts:
            try:
                self._accounts[job] = accounted(job)
            except WorkFailed:
                self._accounts = None
                return ""
        return self._accounts[job]

    def workers(self, home: Path) -> int | None:
        """Jobs of a lab that wait for a node or have one; None while Slurm cannot be asked."""
        snapshot = self.snapshot()
        return None if snapshot is None else snapshot.workers(job_name(home))

    def snapshot(self) -> Snapshot | None:
        """What squeue says, at most ten seconds old; None while it cannot be asked."""
        now = time.monotonic()
        if now - self._asked >= self.EVERY:
            self._asked = now
            try:
                cluster = self._snapshot.cluster if self._snapshot else cluster_here()
                self._snapshot = None if cluster is None else look(cluster)
            except WorkFailed:
                self._snapshot = None
        return self._snapshot
