"""Grokfast by moving average (Lee et al. 2024, arXiv 2405.20233): what of the gradient changes
slowly is amplified before AdamW sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Tensor, nn

from mobius_core.training.optimizers import AdamW, Optimizer
from mobius_core.training.schedules import scheduled
from mobius_core.training.spec import TrainSpec

MEMORY: Final = 0.98
"""alpha, published for modular arithmetic"""
AMPLIFICATION: Final = 2.0
"""lambda, likewise"""


class Grokfast:
    """h <- alpha h + (1 - alpha) g, beginning with the first gradient; AdamW gets g + lambda h."""

    def __init__(self, adamw: AdamW) -> None:
        self.adamw = adamw
        self.rate = adamw.rate
        self.slow = [torch.zeros_like(p) for p in adamw.parameters]
        self.begun = torch.zeros(())

    @torch.no_grad()
    def step(self, step: int) -> None:
        kept = 1 - MEMORY if self.begun else 1.0
        self.begun.fill_(1)
        for slow, p in zip(self.slow, self.adamw.parameters, strict=True):
            if p.grad is not None:
                slow.lerp_(p.grad, kept)
                p.grad.add_(slow, alpha=AMPLIFICATION)
        self.adamw.step(step)

    def state(self) -> Mapping[str, Tensor]:
        slow = {f"slow.{i}": tensor for i, tensor in enumerate(self.slow)}
        return {**self.adamw.state(), **slow, "begun": self.begun}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        self.adamw.load_state(state)
        for i, tensor in enumerate(self.slow):
            tensor.copy_(state[f"slow.{i}"])
        self.begun.copy_(state["begun"])


def grokfast(parameters: Sequence[nn.Parameter], train: TrainSpec, steps: int) -> Optimizer:
    return Grokfast(AdamW(parameters, train, scheduled(train, steps)))
