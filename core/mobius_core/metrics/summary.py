"""What came out of a program that writes no result itself: last and best figures, onset.

Compiled by mypyc in wheels, so plain classes and the standard library only.
"""

from __future__ import annotations

import math
from pathlib import Path

from mobius_core.metrics.onset import NEVER, Onset
from mobius_core.metrics.parser import Row
from mobius_core.metrics.rows import NOT_SERIES, rows_of
from mobius_core.metrics.tail import Tail

CANONICAL = ("train_acc", "test_acc", "train_loss", "test_loss")


class Summary:
    """Fed rows in the order of their steps."""

    def __init__(self, onset: Onset) -> None:
        self.onset = onset
        self.step = NEVER
        self.last: Row = {}
        self.best: Row = {}
        self.accuracies: Row = {}
        """train_acc and test_acc of the present step: a program may print them one by one"""

    def add(self, step: int, row: Row) -> None:
        if step != self.step:
            self.accuracies = {}
        self.step = max(self.step, step)
        for name, value in row.items():
            if math.isfinite(value):
                self.last[name] = value
            if name in ("train_acc", "test_acc"):
                self.accuracies[name] = value
        if len(self.accuracies) == 2:
            self.onset.add(step, self.accuracies["train_acc"], self.accuracies["test_acc"])
        accuracy = row.get("test_acc", math.nan)
        if accuracy > self.best.get("test_acc", -math.inf):
            self.best = {"step": step, "test_acc": accuracy}

    def replay(self, path: str | Path, below: int) -> None:
        """Take up the rows of earlier attempts before step `below`, which replaces the others."""
        tail = Tail(path)
        while True:
            for document in rows_of(tail.lines()):
                step = document.get("step")
                if not isinstance(step, int) or step >= below:
                    continue
                row: Row = {}
                for name, value in document.items():
                    if name not in NOT_SERIES and isinstance(value, (int, float)):
                        row[name] = float(value)
                self.add(step, row)
            if not tail.is_behind:
                return

    def result(self) -> dict[str, object]:
        """The document of result.json; no onset where train and test accuracy never met."""
        document: dict[str, object] = {"step": max(self.step, 0), "last": dict(self.last)}
        for name in CANONICAL:
            if name in self.last:
                document[name] = self.last[name]
        if self.best:
            document["best"] = {"step": int(self.best["step"]), "test_acc": self.best["test_acc"]}
        if self.onset.last_step != NEVER:
            document["onset"] = dict(self.onset.verdict(self.onset.last_step))
        return document
