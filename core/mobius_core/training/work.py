"""What a task gives the training loop, and what the loop gives a task.

The loop (`training.loop`) owns optimiser, schedule, precision, checkpoints, stopping and the
metrics file. A task owns data, model, evaluation and what came out. One training step is

    with precision: loss = work.loss(work.batch(step)); backward; optimiser; step += 1

so `step` counts optimiser steps made before the batch, and evaluations happen after `step` steps,
first at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from mobius_core.config.trial import Json
from mobius_core.data.spec import DataSpec
from mobius_core.models.spec import ModelSpec
from mobius_core.training.precision import Precision
from mobius_core.training.ranks import ALONE, Ranks
from mobius_core.training.seeds import Seeds
from mobius_core.training.spec import EvalSpec, OnsetSpec, SaveSpec, TaskSpec, TrainSpec


class Batch(NamedTuple):
    """Rows on the device of the run."""

    tokens: Tensor
    """long, (rows, tokens); token t in range(vocabularies[t])"""
    labels: Tensor
    """long, (rows,), in range(classes)"""


@dataclass(frozen=True, kw_only=True)
class Specs:
    """The tables of a trial, checked."""

    task: TaskSpec
    model: ModelSpec
    train: TrainSpec
    eval: EvalSpec
    save: SaveSpec
    onset: OnsetSpec
    data: DataSpec | None = None
    data_name: str = ""
    data_hash: str = ""


def nobody_asks() -> None:
    """Where no runner can ask for a stop."""


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """Where and with what a task runs."""

    folder: Path
    """the run folder"""
    data_dir: Path
    """`data/` of the lab"""
    seeds: Seeds
    """streams split, order, init and mask"""
    device: torch.device
    precision: Precision
    threads: int = 1
    ranks: Ranks = ALONE
    look_for_stop: Callable[[], None] = nobody_asks
    """Raises StopAsked; called between the pieces of what takes longer than a step"""


class Work(Protocol):
    """A task, built as `WorkClass(specs, run)`; named in `training.registry.TASKS`."""

    model: nn.Module
    """on `run.device`, initialised from the stream `init`"""
    steps: int
    """optimiser steps of the whole run"""

    def batch(self, step: int) -> Batch:
        """The training rows of one step: a pure function of the step and the stream `order`, so
        that a resumed run sees what an unbroken one sees."""

    def loss(self, batch: Batch) -> Tensor:
        """Scalar to differentiate. Called in training mode under the run's precision; the place
        to collect training figures for free (`training.tally.Tally`)."""

    def training_figures(self) -> Mapping[str, float]:
        """train_loss and train_acc: means over the batches since the last call; empty if none."""

    def evaluates_at(self, step: int) -> bool:
        """Whether `evaluate` is due after `step` steps. The loop also evaluates at the end."""

    def evaluate(self, step: int) -> Mapping[str, float]:
        """Values of the metrics row: at least test_loss and test_acc. Called in evaluation mode
        under the run's precision, without gradients. Values given here replace those of
        `training_figures` in the same row."""

    def should_stop(self, step: int) -> bool:
        """Asked after each evaluation: True ends the run before its budget, as done."""

    def result(self) -> Mapping[str, Json]:
        """What this task adds to result.json, asked once after the last evaluation and under the
        same conditions. The loop adds kind, step, best, parameters, seconds, cpu_seconds,
        eval_seconds, device and precision."""

    def state(self) -> Mapping[str, Tensor]:
        """What a resumed run needs beyond model, optimiser and random state: plain tensors."""

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """The inverse of `state`."""
