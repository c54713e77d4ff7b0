"""An arithmetic function of n, learned from residues: the task of the paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol, cast, runtime_checkable

import torch
from torch import Tensor, nn

from mobius_core.config.trial import Json
from mobius_core.data.open import open_data
from mobius_core.errors import UsageError
from mobius_core.models.build import Masks, build_model
from mobius_core.models.registry import MODELS
from mobius_core.models.spec import MlpSpec
from mobius_core.numbers.score import Score
from mobius_core.resolve import resolve
from mobius_core.sparsity import build
from mobius_core.sparsity.network import layer_shapes
from mobius_core.training.cadence import Cadence
from mobius_core.training.corruption import corruptions
from mobius_core.training.evaluation import evaluation
from mobius_core.training.held_out import HeldOut, Predictor
from mobius_core.training.inputs import Inputs, inputs_for
from mobius_core.training.log_line import told
from mobius_core.training.losses import Loss
from mobius_core.training.measures import Measures, Subject
from mobius_core.training.registry import LOSSES
from mobius_core.training.spec import ArithmeticTask
from mobius_core.training.supply import supply_of
from mobius_core.training.tally import Tally
from mobius_core.training.targets.target import target_of
from mobius_core.training.work import Batch, RunContext, Specs

PIECES: Final = 4
"""Rows of one piece of an evaluation, in pieces of a training step: no gradients, so more fit."""


@runtime_checkable
class HasObjective(Protocol):
    """A model that is trained on more than the class, as int2int on the end mark."""

    def objective(self, tokens: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Loss to minimise, and logits (rows, classes)."""


@runtime_checkable
class Informed(Protocol):
    """A model that must be told what is asked, because it has it from nowhere else."""

    def inform(self, target: str, interval: tuple[int, int]) -> None:
        """Of n in which inclusive interval. UsageError where it cannot answer."""


class Arithmetic:
    """Stored or streamed training rows; test rows with the divisibility oracle beside them."""

    def __init__(self, specs: Specs, run: RunContext) -> None:
        assert isinstance(specs.task, ArithmeticTask)
        assert specs.data is not None
        self.specs = specs
        self.device = run.device
        data = open_data(run.data_dir, specs.data_name, specs.data_hash)
        target = target_of(specs.task.target, data)
        self.inputs = inputs_for(specs.task.inputs, data.largest)
        self.corruptions = corruptions(specs.eval.corrupt, self.inputs.vocabularies)
        self.supply = supply_of(data, target.column, specs, run.seeds.of("order"))
        self.steps = self.supply.steps if MODELS[specs.model.name].learns else 0
        self.target = target
        self.test = HeldOut(data, target, self.inputs, specs.eval.rows)
        self.model = model_for(specs, self.inputs, len(target.values), run)
        if isinstance(self.model, Informed):
            self.model.inform(target.name, data.interval)
        self.loss_of = cast(Loss, resolve(LOSSES[specs.train.loss]))
        self.measures = Measures(specs.eval.measures, specs.eval.dear)
        self.tally = Tally(run.device)
        rows = len(self.test)
        self.cadence = Cadence(specs.eval.every, evaluated=rows, trained=self.supply.size)
        entry = MODELS[specs.model.name]
        at_once = entry.cpu_rows if run.device.type == "cpu" else None
        piece = PIECES * (at_once or entry.batch)
        self.predictor = Predictor(self.model, run.device, piece, run.look_for_stop)
        self.score: Score | None = None
        print(
            f"{target.name} from {len(self.inputs.vocabularies)} tokens: "
            f"{self.supply.total:,} training rows, {rows:,} test rows, none in both",
            flush=True,
        )

    def batch(self, step: int) -> Batch:
        rows = self.supply.at(step)
        tokens = self.inputs.tensor(self.inputs.tokens(rows.n), self.device)
        return Batch(tokens, torch.from_numpy(self.target.classes(rows.value)).to(self.device))

    def loss(self, batch: Batch) -> Tensor:
        if isinstance(self.model, HasObjective):
            loss, logits = self.model.objective(batch.tokens, batch.labels)
        else:
            logits = self.model(batch.tokens)
            loss = self.loss_of(logits, batch.labels)
        self.tally.add(logits, batch.labels)
        return loss

    def training_figures(self) -> dict[str, float]:
        """Means over the training batches, of the class alone and in nats whatever the loss."""
        return self.tally.take()

    def evaluates_at(self, step: int) -> bool:
        return self.cadence.is_due(step)

    def evaluate(self, step: int) -> dict[str, float]:
        self.score = score = self.test.score(self.predictor)
        self.cadence.plan(step, score.accuracy, settled=False)
        figures = {
            "test_loss": score.cross_entropy,
            "test_acc": score.accuracy,
            "base_rate": self.test.base_rate,
        }
        if self.test.oracle is not None:
            figures["oracle_acc"] = self.test.oracle.accuracy
            figures["oracle_loss"] = self.test.oracle.cross_entropy
            figures["gap"] = score.accuracy - self.test.oracle.accuracy
        return figures | self.measures(Subject(self.model, self.inputs.vocabularies))

    def should_stop(self, step: int) -> bool:
        """Never: the budget is fixed, as a stop that looks at test rows would choose by them."""
        return False

    def result(self) -> dict[str, Json]:
        """Of the last evaluation, and on corrupted inputs; the log has it in words."""
        assert self.score is not None, "the loop evaluates before it asks"
        found = evaluation(
            self.test,
            self.target,
            self.predictor,
            self.score,
            self.corruptions,
            importances=self.specs.eval.importance,
        )
        print(*told(found), sep="\n", flush=True)
        return found

    def state(self) -> dict[str, Tensor]:
        return {
            "tally": self.tally.sums,
            "next_evaluation": torch.tensor(self.cadence.next),
            "measured": torch.tensor(self.measures.taken),
        }

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        self.tally.sums.copy_(state["tally"])
        self.cadence.next = int(state["next_evaluation"])
        self.measures.taken = int(state["measured"])


def model_for(specs: Specs, inputs: Inputs, classes: int, run: RunContext) -> nn.Module:
    masks: Masks = {}
    if isinstance(specs.model, MlpSpec):
        shapes = layer_shapes(specs.model, inputs.vocabularies, classes)
        masks = build.masks(specs.model.mask, shapes, run.seeds.of("mask"))
    model = build_model(
        specs.model,
        inputs.vocabularies,
        classes,
        masks,
        seed=run.seeds.of("init"),
        device=run.device,
    )
    if isinstance(model, HasObjective) and specs.train.loss != "cross_entropy":
        raise UsageError(
            f'train.loss = "{specs.train.loss}": {specs.model.name} has a loss of its own, '
            "the cross-entropy over its vocabulary; leave the key out"
        )
    return model
