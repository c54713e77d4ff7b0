"""Learning rates by step."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from mobius_core.training.spec import TrainSpec

Rate = Callable[[int], float]
"""The learning rate of the step made after `step` steps."""

FIRST_RATE: Final = 1e-7
"""Where the warm-up of the inverse square root begins, as published."""

SHAPES: Final[dict[str, Callable[[float], float]]] = {
    "constant": lambda done: 1.0,
    "cosine": lambda done: (1 + math.cos(math.pi * done)) / 2,
    "linear": lambda done: 1.0 - done,
}
"""Factor by the share of the steps after warm-up that is done, in [0, 1)."""


def scheduled(train: TrainSpec, steps: int) -> Rate:
    """`train.schedule` after a linear warm-up that reaches `train.lr` at step `train.warmup`."""
    shape = SHAPES[train.schedule]

    def rate(step: int) -> float:
        if step < train.warmup:
            return train.lr * (step + 1) / train.warmup
        return train.lr * shape((step - train.warmup) / max(1, steps - train.warmup))

    return rate


def inverse_sqrt(train: TrainSpec) -> Rate:
    """Linear from 1e-7 to `train.lr` over the warm-up, then lr sqrt(warmup / step): the schedule
    of Vaswani et al. 2017 as fairseq and Int2Int have it."""
    warmup = max(1, train.warmup)

    def rate(step: int) -> float:
        if step < warmup:
            return FIRST_RATE + step * (train.lr - FIRST_RATE) / warmup
        return train.lr * math.sqrt(warmup / step)

    return rate
