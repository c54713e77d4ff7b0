"""At which steps checkpoints beyond best and last are kept, and rows written."""

from __future__ import annotations

import math

from mobius_core.training.spec import SaveSpec

ROWS = 100
"""Rows of training figures over a run: a moving curve at the cost of nothing."""


def saved_steps(save: SaveSpec, steps: int) -> frozenset[int]:
    """`every = N`, or `count` log-spaced steps from 1 to the last; empty where neither is set."""
    if save.every is not None:
        return frozenset(range(save.every, steps + 1, save.every))
    if save.at == "log" and steps:
        exponents = (i / (save.count - 1) for i in range(save.count))
        return frozenset(round(math.exp(math.log(steps) * x)) for x in exponents)
    return frozenset()


def row_interval(steps: int) -> int:
    return max(1, steps // ROWS)
