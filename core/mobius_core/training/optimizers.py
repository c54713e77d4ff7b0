"""Optimisers by name. Each is a builder: parameters, train table, steps of the run -> optimiser.

Not torch.optim: its first use imports torch._dynamo, 1.2 CPU s in every process, a tenth of a
small run. The fused kernels under it (CPU and CUDA) are called directly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from mobius_core.errors import UsageError
from mobius_core.training.schedules import Rate, inverse_sqrt, scheduled
from mobius_core.training.spec import TrainSpec

EPSILON = 1e-8


class Optimizer(Protocol):
    rate: Rate

    def step(self, step: int) -> None:
        """Use the gradients of the parameters at the rate of this step, then drop them."""

    def state(self) -> Mapping[str, Tensor]:
        """Everything a resumed run needs, as plain tensors."""

    def load_state(self, state: Mapping[str, Tensor]) -> None: ...


Builder = Callable[[Sequence[nn.Parameter], TrainSpec, int], Optimizer]


class AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019), fp32 moments."""

    def __init__(self, parameters: Sequence[nn.Parameter], train: TrainSpec, rate: Rate) -> None:
        self.parameters = list(parameters)
        self.rate = rate
        self.betas = train.betas
        self.weight_decay = train.weight_decay
        self.means = [torch.zeros_like(p) for p in self.parameters]
        self.squares = [torch.zeros_like(p) for p in self.parameters]
        self.counts = [torch.zeros((), device=p.device) for p in self.parameters]

    @torch.no_grad()
    def step(self, step: int) -> None:
        kept = [i for i, p in enumerate(self.parameters) if p.grad is not None]
        torch._foreach_add_([self.counts[i] for i in kept], 1)
        torch._fused_adamw_(
            [self.parameters[i] for i in kept],
            [gradient for p in self.parameters if (gradient := p.grad) is not None],
            [self.means[i] for i in kept],
            [self.squares[i] for i in kept],
            [],
            [self.counts[i] for i in kept],
            lr=self.rate(step),
            beta1=self.betas[0],
            beta2=self.betas[1],
            weight_decay=self.weight_decay,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )
        for p in self.parameters:
            p.grad = None

    def state(self) -> dict[str, Tensor]:
        return {
            f"{name}.{i}": tensor
            for name, tensors in self.tensors().items()
            for i, tensor in enumerate(tensors)
        }

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        for name, tensors in self.tensors().items():
            for i, tensor in enumerate(tensors):
                tensor.copy_(state[f"{name}.{i}"])

    def tensors(self) -> dict[str, list[Tensor]]:
        return {"means": self.means, "squares": self.squares, "counts": self.counts}


def adamw(parameters: Sequence[nn.Parameter], train: TrainSpec, steps: int) -> Optimizer:
    return AdamW(parameters, train, scheduled(train, steps))


def adam_inverse_sqrt(
    parameters: Sequence[nn.Parameter], train: TrainSpec, steps: int
) -> Optimizer:
    """The published optimiser: Adam with its own warm-up and decay."""
    if train.schedule != "constant":
        raise UsageError(
            f'train.schedule = "{train.schedule}": adam_inverse_sqrt has its own schedule; '
            "leave the key out or take adamw"
        )
    return AdamW(parameters, train, inverse_sqrt(train))
