"""Small arithmetic runs on real rows, in this process or as the child that a runner starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobius_core.config import expand, project
from mobius_core.data.build import build
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.spec import QueuePlace, RunSpec

EXPERIMENTS = """
schema = 1

[data.rows]
n    = [2, 1_000_000]
rows = 5000
test = 1000

[data.fresh]
n      = [2, 1_000_000]
stream = true
test   = 1000

[experiments.small]
task  = { kind = "arithmetic", target = "mu2", data = "rows", inputs = [{ primes = 10 }] }
model = { name = "mlp", embedding = 4, widths = [32], dropout = 0.1 }
eval  = { every = 10 }

[experiments.small.train]
lr        = 3e-3
warmup    = 5
schedule  = "cosine"
clip      = 1.0
batch     = 256
steps     = 20
precision = "fp32"
"""


@dataclass(frozen=True)
class Lab:
    """A lab with its data built, in which trials of `small` become run folders."""

    home: Path

    def make(self, name: str, *overrides: str) -> RunFolder:
        """The run folder of one trial of `small`, as `mobius run` leaves it for a runner."""
        (trial,) = expand.expand(project.load(self.file), "small", overrides)
        folder = RunFolder(self.home / "runs" / name)
        folder.control.mkdir(parents=True)
        folder.attempt(1).path.mkdir(parents=True)
        RunSpec(
            id=name, sweep="", queue=QueuePlace.now(), host="here", after=(), trial=trial
        ).write(folder.spec)
        return folder

    @property
    def file(self) -> Path:
        return self.home / "experiments.toml"


def new_lab(home: Path) -> Lab:
    lab = Lab(home)
    lab.file.write_text(EXPERIMENTS)
    loaded = project.load(lab.file)
    for name, spec in loaded.data.items():
        for _ in build(home / "data", name, expand.data_hash(spec), spec):
            pass
    return lab


def child(folder: RunFolder) -> subprocess.Popen[bytes]:
    """The process that a runner would start."""
    with folder.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "mobius_core.training.child", str(folder.path)],
            env=environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def environment() -> Mapping[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def rows(folder: RunFolder) -> list[dict[str, Any]]:
    return [json.loads(line) for line in folder.metrics.read_text().splitlines()]
