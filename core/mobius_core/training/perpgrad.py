"""The orthogonal gradient (Prieto et al. 2025, arXiv 2501.04697): no step along the weights, whose
growth alone lowers the loss without changing an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from mobius_core.training.optimizers import AdamW, Optimizer
from mobius_core.training.schedules import scheduled
from mobius_core.training.spec import TrainSpec

TINY: Final = 1e-30
"""Added to squares and norms, as published: a layer at zero has no direction to avoid."""


class PerpGrad(AdamW):
    """AdamW on gradients without their component along the weights of the same tensor."""

    @torch.no_grad()
    def step(self, step: int) -> None:
        for p in self.parameters:
            if p.grad is not None:
                p.grad.copy_(perpendicular(p.grad, p))
        super().step(step)


def perpendicular(gradient: Tensor, weights: Tensor) -> Tensor:
    """The gradient minus its projection on the weights, at the length that it had."""
    along = (gradient * weights).sum() / (weights.square().sum() + TINY)
    across = gradient - along * weights
    rescaled: Tensor = across * (gradient.norm() / (across.norm() + TINY))
    return rescaled


def perpgrad(parameters: Sequence[nn.Parameter], train: TrainSpec, steps: int) -> Optimizer:
    return PerpGrad(parameters, train, scheduled(train, steps))
