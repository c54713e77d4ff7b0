"""Small trainings for faults: as long as one likes, a row every few milliseconds."""

from __future__ import annotations

import json
from pathlib import Path

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Trial
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.run import Run

EXPERIMENT = """
schema = 1
[experiments.small]
task = { kind = "modular", modulus = 11 }
model = { name = "mlp", widths = [16] }
train = { batch = "full", steps = 1000000 }
eval = { every = 50 }
onset = { stop = false }
"""


def training(folder: Path, *overrides: str) -> Trial:
    """A trial of 1,000,000 steps unless told otherwise; its file goes into `folder`."""
    path = folder / "experiments.toml"
    path.write_text(EXPERIMENT)
    (trial,) = expand(load(path), "small", overrides)
    return trial


def rows(run: Run) -> list[int]:
    """Steps of the rows, each of which must be whole."""
    lines = RunFolder(run.folder).metrics.read_bytes().split(b"\n")
    assert lines.pop() == b""
    return [json.loads(line)["step"] for line in lines]


def leftovers(run: Run) -> list[str]:
    """Temporary files of writes that failed."""
    return [str(path) for path in run.folder.rglob(".*")]
