"""A binary operation modulo m, learned from part of its table: the task in which networks grok."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mobius_core.config.trial import Json
from mobius_core.metrics.onset import Onset
from mobius_core.models.build import build_model
from mobius_core.models.registry import MODELS
from mobius_core.models.spec import MlpSpec, ModelSpec
from mobius_core.numbers.modular import Table, table
from mobius_core.resolve import resolve
from mobius_core.sparsity.network import Network, masked_network
from mobius_core.sparsity.obstacles import accuracy_ceiling, obstacles
from mobius_core.sparsity.statistics import describe
from mobius_core.training.cadence import Cadence
from mobius_core.training.losses import Loss, cross_entropy
from mobius_core.training.measures import Measures, Subject
from mobius_core.training.order import Order, batch_size, step_count
from mobius_core.training.registry import LOSSES
from mobius_core.training.spec import ModularTask
from mobius_core.training.split import Split, drawn, leak, split
from mobius_core.training.work import Batch, RunContext, Specs

CHUNK: Final = 1 << 24
"""Logits of one piece of an evaluation: 64 MB in fp32; the table of 97 x 97 is one piece."""


class Modular:
    """The full table of the operation, split into disjoint training and test pairs."""

    def __init__(self, specs: Specs, run: RunContext) -> None:
        assert isinstance(specs.task, ModularTask)
        task, train = specs.task, specs.train
        self.specs = specs
        self.look_for_stop = run.look_for_stop
        self.vocabularies = (task.modulus, task.modulus)

        pairs = table(task.operation, task.modulus)
        parts = parts_of(task, len(pairs.label), run.seeds.of("split"))
        self.leak = leak(pairs, parts)
        assert task.with_replacement or self.leak == 0, leaking(self.leak)
        self.train = rows_of(pairs, parts.train, run.device)
        self.test = rows_of(pairs, parts.test, run.device)

        self.network = network_of(
            specs.model, self.vocabularies, task.modulus, run.seeds.of("mask")
        )
        self.model = build_model(
            specs.model,
            self.vocabularies,
            task.modulus,
            self.network.masks if self.network else {},
            seed=run.seeds.of("init"),
            device=run.device,
        )
        self.loss_of = cast(Loss, resolve(LOSSES[train.loss]))
        self.subject = Subject(self.model, self.vocabularies, self.train, self.test)
        self.measures = Measures(specs.eval.measures, specs.eval.dear)

        rows = len(parts.train)
        size = batch_size(train.batch, MODELS[specs.model.name].batch, rows)
        self.steps = step_count(train, rows, size)
        self.order = None
        if size < rows or train.epoch is not None:
            self.order = Order(
                rows, size, run.seeds.of("order"), replacement=train.epoch is not None
            )
        self.evaluated = [first_rows(part, specs.eval.rows) for part in (self.train, self.test)]
        looked_at = sum(len(part.labels) for part in self.evaluated)
        self.cadence = Cadence(specs.eval.every, evaluated=looked_at, trained=size)
        self.onset = Onset(specs.onset.threshold, specs.onset.hold)
        self.last: dict[str, float] = {}
        introduce(task, parts, self.leak)
        if self.network:
            warn_of_obstacles(self.network, pairs, task.modulus)

    def batch(self, step: int) -> Batch:
        """All training pairs, or those that the stream `order` has for this step."""
        if self.order is None:
            return self.train
        rows = torch.from_numpy(self.order.at(step)).to(self.train.labels.device)
        return Batch(self.train.tokens[rows], self.train.labels[rows])

    def loss(self, batch: Batch) -> Tensor:
        return self.loss_of(self.model(batch.tokens), batch.labels)

    def training_figures(self) -> dict[str, float]:
        """None: `evaluate` has them of the same weights as the test figures.

        Figures from the last step's logits would be older by one update, and onsets of training
        and test accuracy are compared with each other.
        """
        return {}

    def evaluates_at(self, step: int) -> bool:
        return self.cadence.is_due(step)

    def evaluate(self, step: int) -> dict[str, float]:
        """Loss and accuracy of both parts of the table after `step` steps, and the measures."""
        (train_loss, train_acc), (test_loss, test_acc) = map(self.score, self.evaluated)
        self.onset.add(step, train_acc, test_acc)
        self.cadence.plan(step, test_acc, settled=self.onset.settled)
        self.last = {
            "train_loss": train_loss,
            "train_acc": train_acc,
            "test_loss": test_loss,
            "test_acc": test_acc,
        }
        leak = {"leak": self.leak} if self.leak else {}
        return self.last | leak | self.measures(self.subject)

    def score(self, rows: Batch) -> tuple[float, float]:
        """Mean cross-entropy in nats, whatever is minimised, and accuracy."""
        count = rows.labels.shape[0]
        piece = max(1, CHUNK // self.vocabularies[0])
        loss = correct = 0.0
        for start in range(0, count, piece):
            self.look_for_stop()
            labels = rows.labels[start : start + piece]
            logits = self.model(rows.tokens[start : start + piece])
            loss += float(cross_entropy(logits, labels)) * labels.shape[0]
            correct += int((logits.argmax(dim=1) == labels).sum())
        return loss / count, correct / count

    def should_stop(self, step: int) -> bool:
        return self.specs.onset.stop and self.onset.settled

    def result(self) -> dict[str, Json]:
        """Figures of the last evaluation, the onset, and what the masks were."""
        masks = self.network.masks if self.network else {}
        parameters = sum(p.numel() for p in self.model.parameters())
        return {
            **self.last,
            "onset": dict(self.onset.verdict(max(self.onset.last_step, 0))),
            "leak": self.leak,
            "masks": [self.mask_entry(layer, mask) for layer, mask in masks.items()],
            "density": self.network.density if self.network else 1.0,
            "active_parameters": parameters - sum(int((~mask).sum()) for mask in masks.values()),
        }

    def mask_entry(self, layer: int, mask: NDArray[np.bool_]) -> dict[str, Json]:
        """One masked layer in result.json."""
        assert isinstance(self.specs.model, MlpSpec)
        described = dataclasses.asdict(describe(mask))
        del described["row_degrees"], described["column_degrees"]
        return {"layer": layer, "mode": self.specs.model.mask.mode, **described}

    def state(self) -> dict[str, Tensor]:
        return {
            "onset": torch.tensor(self.onset.state(), dtype=torch.float64),
            "next_evaluation": torch.tensor(self.cadence.next),
            "measured": torch.tensor(self.measures.taken),
        }

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        self.onset.load_state(state["onset"].tolist())
        self.cadence.next = int(state["next_evaluation"])
        self.measures.taken = int(state["measured"])


def parts_of(task: ModularTask, rows: int, seed: int) -> Split:
    """Disjoint, but for the one experiment that repeats how the original drew its pairs."""
    if task.with_replacement is not None:
        return drawn(rows, task.with_replacement, task.train_fraction, seed)
    return split(rows, task.train_fraction, seed)


def introduce(task: ModularTask, parts: Split, leaked: float) -> None:
    """The first line of the log."""
    print(
        f"{task.operation} modulo {task.modulus}: {len(parts.train):,} training pairs, "
        f"{len(parts.test):,} test pairs, {leaking(leaked) if leaked else 'none in both'}",
        flush=True,
    )


def leaking(leaked: float) -> str:
    return f"{leaked:.2%} of the test pairs are training pairs"


def warn_of_obstacles(network: Network, pairs: Table, modulus: int) -> None:
    """Say in the log, before training, why the masks keep the task from being learned."""
    ceiling = accuracy_ceiling(pairs, modulus, network.visible)
    for sentence in obstacles(network, ceiling):
        print(f"warning: {sentence}", flush=True)


def rows_of(pairs: Table, rows: NDArray[np.int64], device: torch.device) -> Batch:
    tokens = np.stack((pairs.a[rows], pairs.b[rows]), axis=1)
    return Batch(
        torch.from_numpy(tokens).to(device), torch.from_numpy(pairs.label[rows]).to(device)
    )


def first_rows(batch: Batch, wanted: int | str) -> Batch:
    """`eval.rows`: the split is random, so its first rows are a random sample."""
    if isinstance(wanted, str):
        return batch
    return Batch(batch.tokens[:wanted], batch.labels[:wanted])


def network_of(
    model: ModelSpec, vocabularies: Sequence[int], classes: int, seed: int
) -> Network | None:
    """None for models that have no masks."""
    if not isinstance(model, MlpSpec):
        return None
    return masked_network(model, vocabularies, classes, seed)
