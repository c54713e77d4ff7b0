"""The log of Int2Int: steps, learning rate and training loss every 200 steps, evaluations by epoch.

Its epochs become optimiser steps through the batch_size and epoch_size that it prints first; its
percentages become fractions. Its training loss averages over the tokens of an answer, the end of
sequence among them: for answers of one token (`range(…)`) it is doubled, which gives the
cross-entropy of the class in nats; for others it stays what it is, under the name `token_loss`.
"""

from __future__ import annotations

import json
import re

from mobius_core.metrics.parser import Parser, Row

PREFIX = re.compile(
    r"[A-Z]+ +- \d\d/\d\d/\d\d \d\d:\d\d:\d\d - (?:\d+ days?, )?\d+:\d\d:\d\d - (?P<rest>.*)"
)
"""The elapsed time is a timedelta, so it can read `1 day, 2:03:04`."""
SETTING = re.compile(r"\s*(?P<name>\w+): (?P<value>.*)")
TRAINING = re.compile(
    r"\s*(?P<step>\d+) - +[\d.]+ equations/s - +[\d.]+ words/s"
    r" - [A-Z]+: +(?P<loss>\S+) - LR: (?P<lr>\S+)"
)
EVALUATION = "__log__:"
FIGURE = re.compile(r"valid_[a-z]+_(?P<figure>xe_loss|acc)(?P<of_class>_\w+)?")
SETTINGS = ("batch_size", "epoch_size", "data_types")


class Int2Int(Parser):
    def __init__(self) -> None:
        self.settings: dict[str, str] = {}
        self.step = 0

    def restart(self) -> None:
        self.step = 0

    def rows(self, line: str) -> list[Row]:
        prefixed = PREFIX.match(line)
        text = prefixed["rest"] if prefixed else line
        if not prefixed:
            self.learn(text)  # the other lines of the block of settings are only indented
            return []
        if text.startswith(EVALUATION):
            return self.evaluation(text[len(EVALUATION) :])
        training = TRAINING.match(text)
        if training is None:
            self.learn(text)
            return []
        self.step = int(training["step"])
        row: Row = {"step": float(self.step)}
        try:
            loss = float(training["loss"])
            row["lr"] = float(training["lr"])
        except ValueError:
            return []
        if self.one_token:
            row["train_loss"] = 2 * loss
        else:
            row["token_loss"] = loss
        return [row]

    def learn(self, text: str) -> None:
        setting = SETTING.fullmatch(text)
        if setting is not None and setting["name"] in SETTINGS:
            self.settings[setting["name"]] = setting["value"].strip()

    @property
    def one_token(self) -> bool:
        """Whether an answer is one token and the end of the sequence."""
        _, _, answer = self.settings.get("data_types", "").rpartition(":range")
        return answer.startswith("(")

    def evaluation(self, text: str) -> list[Row]:
        """What `__log__:{…}` holds; it may be torn, and may hold a bare NaN."""
        try:
            document = json.loads(text)
        except ValueError:
            return []
        if not isinstance(document, dict):
            return []
        row: Row = {"step": float(self.evaluated_at(document.get("epoch")))}
        for name, value in document.items():
            figure = FIGURE.fullmatch(name)
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                continue
            if figure is None:
                row[name] = float(value)
            elif figure["figure"] == "acc":
                row["test_acc" + (figure["of_class"] or "")] = value / 100
            else:
                row["test_loss"] = float(value)
        return [row]

    def evaluated_at(self, epoch: object) -> int:
        """Optimiser steps at the end of an epoch (from 0); the last step seen without settings."""
        batch = self.settings.get("batch_size", "")
        size = self.settings.get("epoch_size", "")
        if isinstance(epoch, int) and batch.isdecimal() and size.isdecimal() and int(batch):
            return (epoch + 1) * -(-int(size) // int(batch))
        return self.step
