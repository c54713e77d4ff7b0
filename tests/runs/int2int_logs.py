"""Logs as Int2Int's logger writes them, made from what happened: the truth to read back."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import strategies as st

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Epoch:
    number: int
    iterations: tuple[tuple[int, float, float], ...]
    """of the lines every 200: iteration, training loss, rate"""
    figures: Figures
    """of the line __log__"""


@dataclass(frozen=True)
class Launch:
    settings: Mapping[str, str]
    resumed: tuple[int, int] | None
    """epoch and iteration of the checkpoint"""
    epochs: tuple[Epoch, ...]


@dataclass
class Logger:
    """Lines with a prefix; a message of several lines is indented under it."""

    began: float
    lines: list[str] = field(default_factory=list)
    elapsed: float = 0.0

    def say(self, message: str, level: str = "INFO") -> None:
        self.elapsed += 7200.0
        stamp = time.strftime("%m/%d/%y %H:%M:%S", time.localtime(self.began + self.elapsed))
        prefix = f"{level} - {stamp} - {timedelta(seconds=round(self.elapsed))}"
        self.lines.append(f"{prefix} - " + message.replace("\n", "\n" + " " * (len(prefix) + 3)))


def text_of(launches: list[Launch], began: float = 1.9e9) -> str:
    lines: list[str] = []
    for launch in launches:
        logger = Logger(began)
        began += 1e6
        logger.say("============ Initialized logger ============")
        logger.say("\n".join(f"{name}: {value}" for name, value in sorted(launch.settings.items())))
        logger.say("The experiment will be stored in dump/mu/1\n")
        logger.say("Running command: python train.py --data_types 'int[200]:range(-1,2)'")
        logger.lines.append("")
        logger.say("Number of parameters (encoder): 123")
        logger.say("Number of parameters (decoder): 77")
        logger.say("Found 177 parameters in model.")
        logger.say("Optimizer: <class 'src.optim.AdamInverseSqrtWithWarmup'>")
        if launch.resumed:
            epoch, iteration = launch.resumed
            logger.say(
                f"Checkpoint reloaded. Resuming at epoch {epoch} / iteration {iteration} ...",
                "WARNING",
            )
        for one in launch.epochs:
            say_epoch(logger, one)
        lines += logger.lines
    return "\n".join(lines) + "\n"


def say_epoch(logger: Logger, epoch: Epoch) -> None:
    logger.say(f"============ Starting epoch {epoch.number} ... ============")
    for iteration, loss, rate in epoch.iterations:
        if math.isnan(loss):
            logger.say("NaN detected", "WARNING")
        logger.say(
            f"{iteration:7d} -  512.30 equations/s - 206000.00 words/s"
            f" - ARITHMETIC: {loss:7.4f} - LR: {rate:.4e}"
        )
    logger.say(f"============ End of epoch {epoch.number} ============")
    logger.say("(128/10000) Found 66/128 valid top-1 predictions. Generating solutions ...")
    logger.say("    Found 66/128 solutions in beam hypotheses.")
    logger.say("6611/10000 (66.11%) equations were evaluated correctly.")
    logger.say("0: 2400 / 3900 (61.54%)")
    logger.say("__log__:" + json.dumps({"epoch": epoch.number, **epoch.figures}))
    logger.say("New best score for valid_arithmetic_acc: 70.110000")
    logger.say("Saving checkpoint to dump/mu/1/checkpoint.pth ...")


def settings(batch: int, size: int) -> dict[str, str]:
    return {
        "GRU": "False",
        "accumulate_gradients": "1",
        "amp": "-1",
        "batch_size": str(batch),
        "data_types": "int[200]:range(-1,2)",
        "env_base_seed": "-1",
        "epoch_size": str(size),
        "eval_only": "False",
        "exp_id": "1",
        "exp_name": "mu",
        "optimizer": "adam_inverse_sqrt,lr=0.00025",
    }


@st.composite
def logs(draw: st.DrawFn) -> list[Launch]:
    """Launches that go on from the last whole epoch, from an earlier one, or anew, each perhaps
    with another batch."""
    per_cent = st.floats(0, 100) | st.just(math.nan)
    losses = st.floats(0, 50) | st.just(math.nan)
    launches: list[Launch] = []
    ends = {0: 0}
    """iterations at the beginning of each epoch that a checkpoint could know"""
    for _ in range(draw(st.integers(1, 3))):
        batch, size = draw(st.integers(1, 40)), draw(st.integers(1, 9000))
        first = draw(st.sampled_from(sorted(ends))) if launches else 0
        ends = {epoch: iteration for epoch, iteration in ends.items() if epoch <= first}
        iteration = ends[first]
        epochs = []
        for number in range(first, first + draw(st.integers(0, 3))):
            until = iteration + -(-size // batch)
            said = range(-(-(iteration + 1) // 200) * 200, until + 1, 200)
            figures = {
                "valid_arithmetic_xe_loss": draw(losses),
                "valid_arithmetic_acc": draw(per_cent),
                "valid_arithmetic_acc_0": draw(per_cent),
                "valid_arithmetic_acc_100": draw(per_cent),
            }
            lines = tuple((i, draw(losses), 2.5e-4) for i in said[:4])
            epochs.append(Epoch(number, lines, figures))
            iteration = ends[number + 1] = until
        resumed = (first, ends[first]) if first else None
        launches.append(Launch(settings(batch, size), resumed, tuple(epochs)))
    return launches
