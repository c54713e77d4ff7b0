"""The log of Int2Int: steps, learning rate and training loss every 200 steps, evaluations by epoch.

Its epochs become optimiser steps through the batch_size and epoch_size that it prints first; its
percentages become fractions. Its training loss averages over the tokens of an answer, the end of
sequence among them: for answers of one token (`range(…)`) it is doubled, which gives the
cross-entropy of the class in nats; for others it stays what it is, under the name `token_loss`.
`test_acc_C` is the accuracy of the class that it prints as C: the value modulo 101, so -1 is 100.
"""

from __future__ import annotations

import json
import re

from mobius_core.metrics.parser import Parser, Row, as_float
from mobius_core.metrics.rows import NOT_SERIES

PREFIX = re.compile(
    r"[A-Z]+ +- (?P<when>\d\d/\d\d/\d\d \d\d:\d\d:\d\d) - (?:-?\d+ days?, )?\d+:\d\d:\d\d"
    r" - (?P<rest>.*)"
)
"""The elapsed time is a timedelta, so it can read `1 day, 2:03:04`."""
LAUNCH = "============ Initialized logger"
SETTING = re.compile(r"\s*(?P<name>\w+): (?P<value>.*)")
TRAINING = re.compile(
    r"\s*(?P<step>\d{1,15}) - +[\d.]+ equations/s - +[\d.]+ words/s"
    r" - [A-Z]+: +(?P<loss>\S+) - LR: (?P<lr>\S+)"
)
RESUMED = re.compile(
    r"Checkpoint reloaded\. Resuming at epoch (?P<epoch>\d{1,15})"
    r" / iteration (?P<iteration>\d{1,15})\b"
)
PARAMETERS = re.compile(r"Number of parameters \(\w+\): (?P<count>\d{1,15})")
COMMAND = "Running command: "
EVALUATION = "__log__:"
FIGURE = re.compile(r"valid_[a-z]+_(?P<figure>xe_loss|acc)(?P<of_class>_\w+)?")
MOST_EPOCHS = 2**31


class Int2Int(Parser):
    def __init__(self) -> None:
        self.launches = 0
        """How often the program was started, as far as the log was read."""
        self.settings: dict[str, str] = {}
        """Of the present launch, like what follows."""
        self.command = ""
        self.parameters = 0
        self.begins_settings = True  # the head of the log may be missing
        self.in_settings = True
        self.first_epoch = 0
        self.first_iteration = 0
        self.iteration = 0

    def restart(self) -> None:
        self.begin(0, 0)

    def begin(self, epoch: int, iteration: int) -> None:
        """The epoch that this launch begins with, and the iterations made before it."""
        self.first_epoch = epoch
        self.first_iteration = iteration
        self.iteration = iteration

    def rows(self, line: str) -> list[Row]:
        prefixed = PREFIX.match(line)
        if prefixed is None:
            if self.in_settings and line[:1].isspace():
                self.learn(line)  # only the first line of the block has the prefix
            return []
        text = prefixed["rest"]
        self.in_settings = self.begins_settings and self.learn(text)
        self.begins_settings = False
        if text.startswith(LAUNCH):
            self.launch()
        elif text.startswith(EVALUATION):
            return self.evaluation(text[len(EVALUATION) :])
        elif text.startswith(COMMAND):
            self.command = text[len(COMMAND) :]
        elif counted := PARAMETERS.match(text):
            self.parameters += int(counted["count"])
        elif resumed := RESUMED.match(text):
            self.begin(int(resumed["epoch"]), int(resumed["iteration"]))
        elif training := TRAINING.match(text):
            return self.training(training)
        return []

    def launch(self) -> None:
        """The logger is appended to: what follows is a further run of the program."""
        self.launches += 1
        self.settings = {}
        self.command = ""
        self.parameters = 0
        self.begins_settings = True
        self.begin(0, 0)

    def learn(self, text: str) -> bool:
        setting = SETTING.fullmatch(text)
        if setting is not None:
            self.settings[setting["name"]] = setting["value"].strip()
        return setting is not None

    def number(self, name: str) -> int:
        """A setting that is a whole number, 0 for any other."""
        text = self.settings.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 16 else 0

    @property
    def accumulated(self) -> int:
        """Iterations of one optimiser step: Int2Int accumulates gradients only with amp."""
        with_amp = self.settings.get("amp", "-1") != "-1"
        return max(1, self.number("accumulate_gradients")) if with_amp else 1

    @property
    def one_token(self) -> bool:
        """Whether an answer is one token and the end of the sequence."""
        _, _, answer = self.settings.get("data_types", "").rpartition(":range")
        return answer.startswith("(")

    @property
    def evaluates_only(self) -> bool:
        """Whether this launch trains nothing."""
        return self.settings.get("eval_only") == "True"

    def training(self, line: re.Match[str]) -> list[Row]:
        self.iteration = int(line["step"])
        try:
            loss, rate = float(line["loss"]), float(line["lr"])
        except ValueError:
            return []
        row: Row = {"step": float(self.iteration // self.accumulated), "lr": rate}
        if self.one_token:
            row["train_loss"] = 2 * loss
        else:
            row["token_loss"] = loss
        return [row]

    def evaluation(self, text: str) -> list[Row]:
        """What `__log__:{…}` holds; it may be torn, and may hold a bare NaN."""
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return []
        if not isinstance(document, dict):
            return []
        row: Row = {"step": float(self.evaluated_at(document.get("epoch")) // self.accumulated)}
        for name, value in document.items():
            figure = FIGURE.fullmatch(name)
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                continue
            if figure is None:
                if name not in NOT_SERIES:
                    row[name] = as_float(value)
            elif figure["figure"] == "acc":
                row["test_acc" + (figure["of_class"] or "")] = as_float(value) / 100
            else:
                row["test_loss"] = as_float(value)
        return [row]

    def evaluated_at(self, epoch: object) -> int:
        """Iterations at the end of an epoch (from 0); those seen where the settings are missing."""
        batch, size = self.number("batch_size"), self.number("epoch_size")
        if self.evaluates_only:
            return self.first_iteration
        if not isinstance(epoch, int) or not batch or not size:
            return self.iteration
        epochs = epoch + 1 - self.first_epoch
        if not 0 < epochs < MOST_EPOCHS:
            return self.iteration
        return self.first_iteration + epochs * -(-size // batch)
