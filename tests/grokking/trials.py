"""Small modular trials, run in this process by the loop that the training child uses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from mobius_core.models.spec import MlpSpec
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.stopping import StopRequests
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.training.loop import Ended, Loop
from mobius_core.training.modular import Modular
from mobius_core.training.precision import choose
from mobius_core.training.record import Record
from mobius_core.training.seeds import Seeds
from mobius_core.training.spec import (
    EvalSpec,
    ModularTask,
    OnsetSpec,
    PinSpec,
    SaveSpec,
    TrainSpec,
)
from mobius_core.training.work import RunContext, Specs

CPU = torch.device("cpu")
# The smallest trial found that groks, with quadratic units: memorised at 50, generalised at 240
# steps, 0.2 CPU s.
QUICK_TASK = ModularTask(modulus=31, train_fraction=0.7)
QUICK = TrainSpec(lr=2e-2, weight_decay=2.0, betas=(0.9, 0.98), warmup=10, batch="full", steps=600)


@dataclass(frozen=True, kw_only=True)
class Small:
    """What differs between the trials of a test."""

    task: ModularTask = QUICK_TASK
    widths: tuple[int, ...] = (64,)
    activation: str = "quadratic"
    mask: MaskSpec = field(default_factory=MaskSpec)
    train: TrainSpec = QUICK
    eval: EvalSpec = field(default_factory=EvalSpec)
    onset: OnsetSpec = field(default_factory=OnsetSpec)
    seed: int = 0
    pin: PinSpec = field(default_factory=PinSpec)

    def specs(self) -> Specs:
        return Specs(
            task=self.task,
            model=MlpSpec(widths=self.widths, activation=self.activation, mask=self.mask),
            train=self.train,
            eval=self.eval,
            save=SaveSpec(),
            onset=self.onset,
        )

    def context(self, folder: Path) -> RunContext:
        return RunContext(
            folder=folder,
            data_dir=folder,
            seeds=Seeds(self.seed, self.pin),
            device=CPU,
            precision=choose(self.train.precision, CPU),
        )

    def work(self, folder: Path) -> Modular:
        return Modular(self.specs(), self.context(folder))


def train(trial: Small, folder: Path) -> dict[str, Any]:
    """Run it to its end; gives result.json."""
    run = RunFolder(folder)
    ended = attempt(trial.specs(), trial.context(folder), StopRequests(run.control / "stop"))
    assert ended.reason is None
    result: dict[str, Any] = json.loads(run.result.read_text())
    return result


def attempt(specs: Specs, context: RunContext, stop: StopRequests, number: int = 1) -> Ended:
    """One attempt, from the last checkpoint if the folder has one."""
    folder = RunFolder(context.folder)
    folder.checkpoints.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    record = Record(folder, number, {"kind": "modular"})
    try:
        return Loop(Modular(specs, context), specs, context, record, stop).run()
    finally:
        record.close()
