"""Losses by name: logits (rows, classes) and class indices (rows,) to a scalar."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Loss = Callable[[Tensor, Tensor], Tensor]
"""What a name of the registry is."""


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Nats, mean over the rows."""
    return functional.cross_entropy(logits.float(), labels)


def mse(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean square distance to the one-hot label, over rows and classes."""
    wanted = functional.one_hot(labels, logits.shape[1]).float()
    return functional.mse_loss(logits.float(), wanted)


def stablemax(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of probabilities in proportion to x + 1 where x >= 0, else 1 / (1 - x): they
    do not saturate, as a softmax does once logits are apart (Prieto et al. 2025, 2501.04697)."""
    x = logits.float()
    logs = torch.where(x >= 0, x.clamp(min=0).log1p(), -x.clamp(max=0).neg().log1p())
    return functional.nll_loss(logs - logs.logsumexp(dim=1, keepdim=True), labels)
