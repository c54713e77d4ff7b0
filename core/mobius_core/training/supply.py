"""Training rows by step, from a stored data set or made on the fly."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mobius_core.data.columns import OF_NUMBERS
from mobius_core.data.open import DataSet
from mobius_core.data.stream import Stream
from mobius_core.errors import UsageError
from mobius_core.models.registry import MODELS
from mobius_core.training.order import Order, batch_size, step_count
from mobius_core.training.work import Specs


class Examples(NamedTuple):
    """Columns of one length."""

    n: NDArray[np.uint64]
    value: NDArray[np.integer]
    """the column of the data set in which the target is found"""


class Supply(Protocol):
    """A pure function of the step, so that no position needs to be saved."""

    size: int
    """rows of one step"""
    steps: int
    """optimiser steps of the whole run"""
    total: int
    """distinct training rows there are"""

    def at(self, step: int) -> Examples: ...


class Stored:
    """Rows of a memory map: shuffled passes, or draws with replacement where `train.epoch` is."""

    def __init__(self, rows: Examples, specs: Specs, seed: int) -> None:
        train = specs.train
        self.rows = rows
        self.total = len(rows.n)
        self.size = batch_size(train.batch, MODELS[specs.model.name].batch, self.total)
        self.steps = step_count(train, self.total, self.size)
        self.order = Order(self.total, self.size, seed, replacement=train.epoch is not None)

    def at(self, step: int) -> Examples:
        chosen = self.order.at(step)
        return Examples(self.rows.n[chosen], self.rows.value[chosen])


class Streamed:
    """Fresh rows, none twice."""

    def __init__(self, stream: Stream, specs: Specs, column: str) -> None:
        train = specs.train
        if train.batch == "full":
            raise UsageError('train.batch = "full": a stream has no end; give a number of rows')
        self.stream = stream
        self.value_of = OF_NUMBERS[column]
        self.total = stream.size
        self.size = batch_size(train.batch, MODELS[specs.model.name].batch, self.total)
        if train.steps is None and train.epoch is None:
            raise UsageError("train.epochs: a stream has no passes; give train.steps")
        self.steps = step_count(train, self.total, self.size)
        # Fails now rather than after days.
        stream.check((self.steps - 1) * self.size, self.size)

    def at(self, step: int) -> Examples:
        n = self.stream.numbers(step * self.size, self.size)
        return Examples(n, self.value_of(n))


def supply_of(data: DataSet, column: str, specs: Specs, seed: int) -> Supply:
    """Rows of n and one column of the data set. `seed` is the stream `order`; rows made on the fly
    have their own order already."""
    if data.manifest.spec.stream:
        return Streamed(data.stream, specs, column)
    stored = slice(data.manifest.test, None)
    return Stored(Examples(data.n[stored], data.column(column)[stored]), specs, seed)
