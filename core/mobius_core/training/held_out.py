"""The test rows of an arithmetic task, and the divisibility oracle on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mobius_core.data.open import DataSet
from mobius_core.numbers.oracle import Oracle
from mobius_core.numbers.score import Score, base_rate, score
from mobius_core.training.inputs import Inputs, Tokens
from mobius_core.training.targets.target import Target

PIECE: Final = 1 << 16
"""Rows of which the oracle is asked at a time: 30 MB for 100 primes."""

Change = Callable[[Tokens, int], None]
"""Alters tokens (rows, tokens) in place; the number is that of the first row."""


@dataclass(frozen=True)
class Predictor:
    """A model with what it takes to ask it."""

    model: nn.Module
    device: torch.device
    piece: int
    """rows at a time"""
    look_for_stop: Callable[[], None]
    """raises StopAsked; called before each piece but the first"""

    def logits(self, tokens: Tensor) -> Tensor:
        """fp32, (rows, classes), on the device."""
        answer: Tensor = self.model(tokens)
        return answer.float()


class HeldOut:
    """Rows that no training row repeats."""

    def __init__(
        self, data: DataSet, target: Target, inputs: Inputs, wanted: int | str = "all"
    ) -> None:
        """`wanted` rows, or all: they are in random order, so the first ones are a sample.

        The oracle for mu knows the interval that n was drawn from.
        """
        rows = min(data.manifest.test, wanted) if isinstance(wanted, int) else data.manifest.test
        self.n: NDArray[np.uint64] = np.asarray(data.n[:rows])
        self.labels = target.classes(np.asarray(data.column(target.column)[:rows]))
        self.is_squarefree: NDArray[np.bool_] = np.asarray(data.mu[:rows]) != 0
        self.inputs = inputs
        self.data = data
        self.asked = target.oracle
        oracle = self.oracle_of()
        self.oracle = None if oracle is None else score(oracle.of(self.n), self.labels)

    def oracle_of(self) -> Oracle | None:
        """Made anew each time, in .01 CPU s: its table of 8 MB would stay through the training."""
        if self.asked is None:
            return None
        return Oracle(self.asked, self.inputs.known, self.data.interval)

    def first(self, rows: int) -> HeldOut:
        """Its first rows."""
        part = copy(self)
        part.n, part.labels = self.n[:rows], self.labels[:rows]
        part.is_squarefree = self.is_squarefree[:rows]
        part.oracle = None if self.oracle is None else self.oracle.of(slice(rows))
        return part

    def __len__(self) -> int:
        return len(self.n)

    @property
    def base_rate(self) -> float:
        """Accuracy of always answering the commonest class."""
        return base_rate(self.labels)

    def score(self, predictor: Predictor, change: Change | None = None) -> Score:
        """The model on all rows, `piece` of them at a time."""
        chosen, nats, probabilities = [], [], []
        for first, tokens in self.pieces(predictor.piece, change):
            if first:
                predictor.look_for_stop()
            labels = torch.from_numpy(self.labels[first : first + len(tokens)])
            logits = predictor.logits(self.inputs.tensor(tokens, predictor.device))
            logs = functional.log_softmax(logits, dim=1)
            nats.append(functional.nll_loss(logs, labels.to(predictor.device), reduction="none"))
            chosen.append(logits.argmax(dim=1))
            probabilities.append(logs.exp())
        return Score(
            self.labels,
            torch.cat(chosen).cpu().numpy(),
            torch.cat(nats).double().cpu().numpy(),
            torch.cat(probabilities).cpu().numpy(),
        )

    def ideal(self, change: Change) -> Score | None:
        """The divisibility oracle that takes the changed tokens for true."""
        oracle = self.oracle_of()
        if oracle is None:
            return None
        said = [oracle(self.inputs.facts(tokens)) for _, tokens in self.pieces(PIECE, change)]
        return score(np.concatenate(said), self.labels)

    def pieces(self, length: int, change: Change | None) -> Iterator[tuple[int, Tokens]]:
        """(number of the first row, tokens) of all rows in turn."""
        for first in range(0, len(self.n), length):
            tokens = self.inputs.tokens(self.n[first : first + length])
            if change is not None:
                change(tokens, first)
            yield first, tokens
