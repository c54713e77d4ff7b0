"""Which rows each step trains on, as a pure function of the step."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from mobius_core.training.spec import TrainSpec


def batch_size(wanted: int | str | None, usual: int, rows: int) -> int:
    """Rows of one step: "full" or more than there are means all of them, None the model's usual."""
    if wanted is None:
        return min(usual, rows)
    return rows if isinstance(wanted, str) else min(wanted, rows)


def step_count(train: TrainSpec, rows: int, batch: int) -> int:
    """Optimiser steps of a whole run; the last one of `epochs` may begin a further pass."""
    if train.steps is not None:
        return train.steps
    assert train.epochs is not None, "one of steps and epochs is required"
    return -(-train.epochs * (train.epoch or rows) // batch)


class Order:
    """Passes over all rows end to end, each shuffled anew; or draws with replacement."""

    def __init__(self, rows: int, batch: int, seed: int, *, replacement: bool) -> None:
        self.rows = rows
        self.batch = batch
        self.seed = seed
        self.replacement = replacement
        # A batch touches at most two passes, as it is never larger than one.
        self.narrow = np.min_scalar_type(max(rows - 1, 0))
        """of row numbers: half the memory and less of a pass that is kept"""
        self.shuffled = functools.lru_cache(maxsize=2)(self.one_pass)

    def at(self, step: int) -> NDArray[np.int64]:
        """Row numbers of the batch of `step`, shape (batch,)."""
        if self.replacement:
            return np.random.default_rng((self.seed, step)).integers(self.rows, size=self.batch)
        first, start = divmod(step * self.batch, self.rows)
        chosen = self.shuffled(first)[start : start + self.batch]
        if len(chosen) < self.batch:
            rest = self.shuffled(first + 1)[: self.batch - len(chosen)]
            chosen = np.concatenate((chosen, rest))
        return chosen.astype(np.int64)

    def one_pass(self, number: int) -> NDArray[np.unsignedinteger]:
        shuffled = np.random.default_rng((self.seed, number)).permutation(self.rows)
        return shuffled.astype(self.narrow)
