"""At which steps checkpoints beyond best and last are kept, and rows written."""

from __future__ import annotations

import math
from collections.abc import Callable

from mobius_core.training.spec import SaveSpec

ROWS = 100
"""Rows of training figures over a run: a moving curve at the cost of nothing."""


def is_saved(save: SaveSpec, steps: int) -> Callable[[int], bool]:
    """Of each step from 1 on: `every = N`, or `count` log-spaced ones from 1 to the last; none
    where neither is set."""
    every = save.every
    if every is not None:
        return lambda step: step > 0 and step % every == 0
    if save.at == "log" and steps:
        exponents = (i / (save.count - 1) for i in range(save.count))
        return {round(math.exp(math.log(steps) * x)) for x in exponents}.__contains__
    return lambda step: False


def row_interval(steps: int) -> int:
    return max(1, steps // ROWS)
