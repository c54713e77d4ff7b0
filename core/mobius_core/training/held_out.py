"""The test rows of an arithmetic task, and the divisibility oracle on the same rows."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mobius_core.data.sample import Rows
from mobius_core.numbers import oracle
from mobius_core.numbers.oracle import Oracle, Score
from mobius_core.training.corruption import Corruption
from mobius_core.training.inputs import Inputs
from mobius_core.training.targets import Target


class HeldOut:
    """Rows that no training row repeats."""

    def __init__(
        self, rows: Rows, target: Target, inputs: Inputs, interval: tuple[int, int]
    ) -> None:
        """`interval` is what n was drawn from, inclusive: the oracle for mu knows it."""
        self.n = rows.n
        self.labels = target.labels(rows)
        self.inputs = inputs
        self.oracle = oracle.score(
            Oracle(target.name, inputs.known, interval).of(rows.n), self.labels
        )

    @property
    def base_rate(self) -> float:
        """Accuracy of always answering the commonest class."""
        return float(np.bincount(self.labels).max()) / len(self.labels)

    def score(
        self,
        model: nn.Module,
        device: torch.device,
        piece: int,
        corruption: Corruption | None = None,
    ) -> Score:
        """The model on all rows, `piece` of them at a time."""
        correct, nats = [], []
        for start in range(0, len(self.n), piece):
            tokens = self.inputs.tokens(self.n[start : start + piece])
            if corruption is not None:
                corruption(tokens, self.inputs.vocabularies, start)
            labels = torch.from_numpy(self.labels[start : start + piece]).to(device)
            logits = model(torch.from_numpy(tokens).to(device).long()).float()
            nats.append(functional.cross_entropy(logits, labels, reduction="none"))
            correct.append(logits.argmax(dim=1) == labels)
        return Score(torch.cat(correct).cpu().numpy(), torch.cat(nats).double().cpu().numpy())
