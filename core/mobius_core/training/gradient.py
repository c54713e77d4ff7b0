"""The gradient of a batch, whatever it is cut into: processes, and pieces one after the other."""

from __future__ import annotations

import itertools
import math
from contextlib import nullcontext

import torch
from torch import Tensor, nn

from mobius_core.errors import UsageError
from mobius_core.training.ranks import Ranks
from mobius_core.training.work import Batch, RunContext, Work


class LossOf(nn.Module):
    """The loss of a task as the forward pass of a module, which is what processes share."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.model = work.model
        self.loss = work.loss

    def forward(self, tokens: Tensor, labels: Tensor) -> Tensor:
        return self.loss(Batch(tokens, labels))


class Gradient:
    """Adds the gradient of the mean loss over a batch to that of the parameters.

    `accumulate` pieces are gone through one by one: the same sum in less memory. Pieces and the
    parts of processes are weighed by their rows, so that unequal ones do no harm.
    """

    def __init__(
        self, work: Work, run: RunContext, accumulate: int, at_once: int | None = None
    ) -> None:
        """`at_once`: rows of a piece, if that makes more pieces than `accumulate`."""
        self.ranks: Ranks = run.ranks
        self.autocast = run.precision.autocast
        self.accumulate = accumulate
        self.at_once = at_once
        self.parameters = [p for p in work.model.parameters() if p.requires_grad]
        self.sums: list[Tensor] = []
        self.module = self.ranks.together(LossOf(work))

    def add(self, batch: Batch) -> Tensor:
        """This process's share of the mean loss, detached: the sum over processes is the loss."""
        rows = len(batch.labels)
        pieces = self.pieces(batch)
        if len(pieces) > 1:
            self.start_from_zero()
        losses = []
        for number, piece in enumerate(pieces, 1):
            share = len(piece.labels) / rows
            # Processes exchange gradients once a step, with the last piece.
            with self.ranks.apart(self.module) if number < len(pieces) else nullcontext():
                with self.autocast():
                    loss: Tensor = self.module(*piece)
                # Processes' gradients are averaged: each counts as if the batch were its own.
                weight = share * self.ranks.size
                (loss if weight == 1 else loss * weight).backward()  # type: ignore[no-untyped-call]
            losses.append(loss.detach() * share)
            del loss  # and its graph, before the next piece has one
        return losses[0] if len(losses) == 1 else torch.stack(losses).sum()

    def start_from_zero(self) -> None:
        """Gradients to add to, in the same memory each step.

        Left to the first backward pass, they end up scattered among the activations that it frees:
        some 30 MB of holes for int2int.
        """
        if not self.sums:
            self.sums = [torch.zeros_like(p) for p in self.parameters]
        for p, total in zip(self.parameters, self.sums, strict=True):
            if p.grad is None:
                p.grad = total.zero_()

    def pieces(self, batch: Batch) -> list[Batch]:
        part = self.ranks.part(len(batch.labels))
        rows = part.stop - part.start
        if rows < self.accumulate:
            raise UsageError(
                f"train.accumulate = {self.accumulate} pieces of the {rows} rows that a process "
                "has of each batch; lower it"
            )
        wanted = max(self.accumulate, math.ceil(rows / (self.at_once or rows)))
        cuts = [part.start + rows * i // wanted for i in range(wanted + 1)]
        return [
            Batch(batch.tokens[start:stop], batch.labels[start:stop])
            for start, stop in itertools.pairwise(cuts)
        ]
