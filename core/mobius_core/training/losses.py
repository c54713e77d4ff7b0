"""Losses by name: logits (rows, classes) and class indices (rows,) to a scalar."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Nats, mean over the rows."""
    return functional.cross_entropy(logits.float(), labels)


def mse(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean square distance to the one-hot label, over rows and classes."""
    wanted = functional.one_hot(labels, logits.shape[1]).float()
    return functional.mse_loss(logits.float(), wanted)
