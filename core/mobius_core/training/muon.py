"""Muon (K. Jordan 2024): momentum of hidden matrices, orthogonalised by Newton and Schulz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Tensor, nn

from mobius_core.training.optimizers import AdamW, Optimizer
from mobius_core.training.schedules import Rate, scheduled
from mobius_core.training.spec import TrainSpec

MOMENTUM: Final = 0.95
ROUNDS: Final = 5
QUINTIC: Final = (3.4445, -4.7750, 2.0315)
"""Of the iteration a X + b X X'X + c (X X')^2 X: steepest at zero, at the price of singular values
that end between .7 and 1.2 instead of at 1."""
LIKE_ADAM: Final = 0.2
"""Root mean square of an update at rate 1, that of AdamW (Liu et al. 2025, arXiv 2502.16982), so
that train.lr means the same for both."""
TINY: Final = 1e-7


class Muon:
    """Matrices between the first and the last one by Muon; these two and all else by AdamW, as its
    author advises for embeddings, outputs and biases."""

    def __init__(self, parameters: Sequence[nn.Parameter], train: TrainSpec, rate: Rate) -> None:
        matrices = [p for p in parameters if p.ndim == 2]
        self.hidden = matrices[1:-1]
        ids = {id(p) for p in self.hidden}
        self.adamw = AdamW([p for p in parameters if id(p) not in ids], train, rate)
        self.rate = rate
        self.weight_decay = train.weight_decay
        self.momenta = [torch.zeros_like(p) for p in self.hidden]

    @torch.no_grad()
    def step(self, step: int) -> None:
        rate = self.rate(step)
        for p, momentum in zip(self.hidden, self.momenta, strict=True):
            if p.grad is not None:
                momentum.lerp_(p.grad, 1 - MOMENTUM)
                update = orthogonalised(p.grad.lerp(momentum, MOMENTUM))
                # A weight that a mask removed has had no gradient, and gets no update.
                update *= momentum != 0
                p.mul_(1 - rate * self.weight_decay)
                p.add_(update, alpha=-rate * LIKE_ADAM * max(p.shape) ** 0.5)
                p.grad = None
        self.adamw.step(step)

    def state(self) -> Mapping[str, Tensor]:
        momenta = {f"momenta.{i}": tensor for i, tensor in enumerate(self.momenta)}
        return {**self.adamw.state(), **momenta}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        self.adamw.load_state(state)
        for i, tensor in enumerate(self.momenta):
            tensor.copy_(state[f"momenta.{i}"])


def orthogonalised(matrix: Tensor) -> Tensor:
    """The matrix with its singular values moved to about 1, its singular vectors kept."""
    a, b, c = QUINTIC
    tall = matrix.shape[0] > matrix.shape[1]
    x: Tensor = matrix.T if tall else matrix
    x = x / (x.norm() + TINY)
    for _ in range(ROUNDS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


def muon(parameters: Sequence[nn.Parameter], train: TrainSpec, steps: int) -> Optimizer:
    return Muon(parameters, train, scheduled(train, steps))
