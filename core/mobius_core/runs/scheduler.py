"""What a cluster's scheduler says of jobs, as plain data: `runs.state` judges by it.

Asking is `runs.slurm`, which only those import who meet a run of a cluster.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from mobius_core.config.trial import Json

PREFIX: Final = "slurm:"
"""Begins the name of a cluster's queue; no host name may hold a colon."""
NOT_STARTED: Final = frozenset({"PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED"})
ON_A_NODE: Final = frozenset(
    {"RUNNING", "CONFIGURING", "SUSPENDED", "STOPPED", "SIGNALING", "RESIZING", "STAGE_OUT"}
)


class Life(Enum):
    """What the scheduler says of one life of a job."""

    ALIVE = "alive"
    ENDED = "ended"
    """Slurm says that it is over"""
    ABSENT = "absent"
    """not among the jobs of its user: over for a while, or newer than the answer"""


@dataclass(frozen=True, slots=True)
class Job:
    """One life of a Slurm job: a requeued job has the same id and one restart more."""

    cluster: str
    id: str
    restarts: int
    user: int

    def to_json(self) -> dict[str, Json]:
        return {
            "cluster": self.cluster,
            "id": self.id,
            "restarts": self.restarts,
            "user": self.user,
        }

    @classmethod
    def from_json(cls, table: Mapping[str, Json]) -> Job:
        """KeyError, TypeError or ValueError where it is not what `to_json` gives."""
        return cls(
            cluster=str(table["cluster"]),
            id=str(table["id"]),
            restarts=int(str(table["restarts"])),
            user=int(str(table["user"])),
        )

    @classmethod
    def here(cls) -> Job | None:
        """The job that this process runs in."""
        job_id = os.environ.get("SLURM_JOB_ID")
        if job_id is None:
            return None
        return cls(
            cluster=os.environ.get("SLURM_CLUSTER_NAME", ""),
            id=job_id,
            restarts=int(os.environ.get("SLURM_RESTART_COUNT", "0")),
            user=os.getuid(),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What squeue says of a job."""

    state: str
    restarts: int
    name: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The jobs of one user at one moment; those that ended stay for minutes (MinJobAge)."""

    cluster: str
    user: int
    jobs: Mapping[str, Line]

    def life(self, job: Job) -> Life | None:
        """None where this answer says nothing of it: another cluster's job, another user's."""
        if (job.cluster, job.user) != (self.cluster, self.user):
            return None
        line = self.jobs.get(job.id)
        if line is None:
            return Life.ABSENT
        same = line.restarts == job.restarts
        return Life.ALIVE if same and line.state in ON_A_NODE else Life.ENDED

    def says(self, job: Job) -> str:
        """The scheduler's own word for how the job stands, empty where it has none."""
        line = self.jobs.get(job.id) if self.life(job) else None
        return line.state if line else ""

    def workers(self, name: str) -> int:
        """Jobs of this name that wait for a node or have one, or are about to wait again."""
        known = NOT_STARTED | ON_A_NODE | {"COMPLETING"}
        return sum(line.name == name and line.state in known for line in self.jobs.values())


def is_slurm(site: str) -> bool:
    """Whether runs with this `host` belong to a cluster and not to one machine."""
    return site.startswith(PREFIX)
