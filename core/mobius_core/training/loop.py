"""The training loop: steps, evaluations, checkpoints, and every way to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, cast

import torch
from torch import Tensor, nn

from mobius_core.errors import WorkFailed
from mobius_core.models.registry import MODELS
from mobius_core.resolve import resolve
from mobius_core.runs.stopping import StopAsked, StopRequests
from mobius_core.training import checkpoint as checkpoints
from mobius_core.training.allocator import giving_back
from mobius_core.training.checkpoint import Checkpoint
from mobius_core.training.code_pages import give_back_code
from mobius_core.training.compiled import compile_in_place
from mobius_core.training.gradient import Gradient
from mobius_core.training.optimizers import Builder
from mobius_core.training.pace import is_saved, row_interval
from mobius_core.training.record import Record
from mobius_core.training.registry import OPTIMIZERS
from mobius_core.training.work import RunContext, Specs, Work

SAVE_SECONDS: Final = 60.0
"""A killed run loses at most this much work; a save of 10 M parameters takes 0.2 s."""


REASONS: Final = (None, "preempted", "stopped")
"""To stop for; of two processes' the later one counts."""


class NotFinite(WorkFailed):
    """The loss became NaN or infinite."""


@dataclass(frozen=True)
class Ended:
    """How an attempt ended: None when the run is done, else "stopped" or "preempted"."""

    reason: str | None
    step: int


class Loop:
    """One attempt at a run, from its last checkpoint or from the start."""

    def __init__(
        self, work: Work, specs: Specs, run: RunContext, record: Record, stop: StopRequests
    ) -> None:
        self.work = work
        self.specs = specs
        self.context = run
        self.record = record
        self.stop = stop
        self.parameters = [p for p in work.model.parameters() if p.requires_grad]
        builder = cast(Builder, resolve(OPTIMIZERS[specs.train.optimizer]))
        self.optimizer = builder(self.parameters, specs.train, work.steps)
        self.row_interval = row_interval(work.steps)
        self.is_saved = is_saved(specs.save, work.steps)
        compile_in_place(work.model, specs.train, run, work.steps)
        at_once = MODELS[specs.model.name].cpu_rows if run.device.type == "cpu" else None
        self.gradient = Gradient(work, run, specs.train.accumulate, at_once)
        self.ranks = run.ranks
        self.step = 0
        self.evaluated_at = -1
        self.over = False
        self.has_trained = False
        self.losses = torch.zeros((), device=run.device)
        self.trained_rows = 0
        self.saved_at = time.monotonic()

    def run(self) -> Ended:
        """Train to the end or until asked to stop; the last checkpoint is on disk then."""
        try:
            return self.train()
        except StopAsked as asked:
            self.save()
            return Ended(asked.reason, self.step)

    def train(self) -> Ended:
        torch.manual_seed(self.context.seeds.of("order") + self.ranks.rank)
        # An evaluation still due after a restored step is one that a stop has cut short.
        if not self.restore() or self.work.evaluates_at(self.step):
            self.look()
        while self.step < self.work.steps and not self.over:
            self.agree()
            self.train_step()
            self.look()
        if self.evaluated_at != self.step:
            self.evaluate()
        self.save()
        return Ended(self.alone(self.finish), self.step)

    def finish(self) -> None:
        with self.judging():
            result = self.work.result()
        self.record.finish(self.step, result)

    def alone(self, work: Callable[[], None]) -> str | None:
        """Done by the first process; why it was stopped meanwhile, which all then know."""
        asked = None
        if self.ranks.rank == 0:
            try:
                work()
            except StopAsked as stop:
                asked = stop.reason
        return self.ranks.first(asked)

    def agree(self) -> None:
        """What the disk and the clock ask for between two steps: all processes do it together."""
        asked = REASONS.index(self.stop.reason())
        is_late = time.monotonic() - self.saved_at > SAVE_SECONDS
        asked, late = self.ranks.largest(asked, int(is_late))
        if reason := REASONS[asked]:
            raise StopAsked(reason)
        if late:
            self.save()

    def train_step(self) -> None:
        if self.has_trained:
            self.take_step()
            return
        give_back_code()
        with giving_back():
            self.take_step()
        give_back_code()
        self.has_trained = True

    def take_step(self) -> None:
        self.work.model.train()
        batch = self.work.batch(self.step)
        loss = self.gradient.add(batch)
        part = self.ranks.part(len(batch.labels))
        self.trained_rows += part.stop - part.start
        if self.specs.train.clip is not None:
            nn.utils.clip_grad_norm_(self.parameters, self.specs.train.clip)
        self.optimizer.step(self.step)
        self.losses += loss
        self.step += 1

    def look(self) -> None:
        """The evaluation, row and checkpoints that are due after `step` steps."""
        if self.step >= self.work.steps or self.work.evaluates_at(self.step):
            self.evaluate()
        elif self.step % self.row_interval == 0:
            self.check_finite()
            if figures := self.training_figures():
                self.record.row(self.step, {**figures, "lr": self.optimizer.rate(self.step)})
        if self.is_saved(self.step):
            self.check_finite()
            self.record.save_step(self.step, self.work.model)

    def evaluate(self) -> None:
        """By the first process; the others then know what it knows."""
        self.check_finite()
        own: dict[str, float] = {}

        def look_at_test_rows() -> None:
            with self.record.clock.evaluation(), self.judging():
                own.update(self.work.evaluate(self.step))

        if asked := self.alone(look_at_test_rows):
            raise StopAsked(asked)
        figures = {**self.training_figures(), **self.ranks.first(own)}
        self.record.row(self.step, {**figures, "lr": self.optimizer.rate(self.step)})
        if not math.isfinite(figures["test_loss"]):
            raise NotFinite(f"the test loss is not finite after step {self.step}; {ADVICE}")
        self.record.evaluated(self.step, figures, self.work.model)
        if self.ranks.size > 1:
            state = {name: tensor.cpu() for name, tensor in self.work.state().items()}
            self.work.load_state(self.ranks.first(state))
        self.evaluated_at = self.step
        self.over = self.work.should_stop(self.step)

    def training_figures(self) -> Mapping[str, float]:
        """Means over the rows of all processes."""
        own = self.work.training_figures()
        parts = self.ranks.all((self.trained_rows, dict(own)))
        self.trained_rows = 0
        if len(parts) == 1 or not own:
            return own
        rows = sum(weight for weight, _ in parts)
        return {
            name: sum(weight * figures[name] for weight, figures in parts) / rows for name in own
        }

    @contextmanager
    def judging(self) -> Iterator[None]:
        """How the model is evaluated: without dropout and gradients, in the run's precision."""
        self.work.model.eval()
        with torch.no_grad(), self.context.precision.autocast():
            yield

    def check_finite(self) -> None:
        """Before anything of this model is kept: a NaN anywhere makes the sum of losses one.

        Summed on the device, so that a step on a GPU need not wait for it.
        """
        if not math.isfinite(self.ranks.total(self.losses).item()):
            self.record.row(self.step, {"train_loss": math.nan})
            raise NotFinite(f"the training loss is not finite by step {self.step}; {ADVICE}")
        self.losses.zero_()

    def save(self) -> None:
        """Replace the last checkpoint."""
        self.check_finite()
        self.record.save_last(
            Checkpoint(
                step=self.step,
                model=self.work.model.state_dict(),
                optimizer=self.optimizer.state(),
                work=self.work.state(),
                random=self.random_states(),
                best=self.record.best,
                seconds=self.record.clock.used(),
            )
        )
        self.saved_at = time.monotonic()

    def random_states(self) -> dict[str, Tensor]:
        """Of each process: `cpu` and `cuda` of the first, `cpu.1` of the next."""
        states = self.ranks.all(checkpoints.random_state(self.context.device))
        return {
            f"{name}.{rank}" if rank else name: state
            for rank, of_one in enumerate(states)
            for name, state in of_one.items()
        }

    def restore(self) -> bool:
        """Continue from the last checkpoint; False where there is none."""
        saved = self.record.last_checkpoint()
        if saved is None:
            return False
        path = self.record.last
        checkpoints.restore_model(self.work.model, saved.model, path)
        checkpoints.require_alike("optimiser", self.optimizer.state(), saved.optimizer, path)
        self.optimizer.load_state(saved.optimizer)
        self.work.load_state(saved.work)
        end = f".{self.ranks.rank}" if self.ranks.rank else ""
        own = {
            name: saved.random[name + end] for name in ("cpu", "cuda") if name + end in saved.random
        }
        checkpoints.restore_random_state(own, self.context.device)
        self.record.resume(saved)
        self.step = saved.step
        self.over = self.work.should_stop(self.step)
        return True


ADVICE: Final = "lower train.lr or set train.clip, then run it anew"
