"""One of our models in training, as a run trains it, in a process of its own.

`python -m mobius_core.bench.trainer RUN_FOLDER`; `mobius_core.bench.turns` asks for `train` (steps
for a while), `supply` (their data alone) or `evaluate` (all test rows).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import torch

from mobius_core.bench.serving import own_stdout, serve
from mobius_core.bench.timing import cpu
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.stopping import StopRequests
from mobius_core.training.allocator import keep_freed_memory
from mobius_core.training.arithmetic import Arithmetic
from mobius_core.training.device import device_name
from mobius_core.training.loop import Loop
from mobius_core.training.prepare import prepare

WHILE: Final = 0.4
"""Seconds of steps in a turn, one at least: long beside the clock, short beside other load."""
SIZE: Final = 512
"""Rows of the square matrices whose products are timed: small beside what a model holds."""
PRODUCTS: Final = 5
"""Of which the fastest counts: the first makes the kernel."""


class Ours:
    def __init__(self, folder: RunFolder) -> None:
        prepared = prepare(folder, 1)
        assert isinstance(prepared.work, Arithmetic)
        self.work = prepared.work
        device = prepared.context.device
        self.on_gpu = device.type == "cuda"
        self.facts = {
            "device": device_name(device),
            "precision": prepared.context.precision.name,
            "torch": torch.__version__,
            "products": "" if self.on_gpu else products(),
        }
        stop = StopRequests(folder.control / "stop")
        self.loop = Loop(self.work, prepared.specs, prepared.context, prepared.record, stop)

    def train(self) -> int:
        return self.repeated(self.loop.train_step)

    def supply(self) -> int:
        return self.repeated(lambda: self.work.batch(self.loop.step))

    def repeated(self, step: Callable[[], object]) -> int:
        """Examples of as many steps as there is time for."""
        done, begun = 0, time.process_time()
        while not done or time.process_time() - begun < WHILE:
            step()
            done += self.work.supply.size
        return done

    def evaluate(self) -> int:
        with self.loop.judging():
            self.work.evaluate(self.loop.step)
        return len(self.work.test)


def products() -> str:
    """How fast the processor multiplies, which bounds what bf16 can win."""
    rates = []
    for kind in (torch.float32, torch.bfloat16):
        matrix = torch.ones(SIZE, SIZE, dtype=kind)
        spent = min(cpu(partial(torch.mm, matrix, matrix)) for _ in range(PRODUCTS))
        rates.append(2 * SIZE**3 / spent)
    return f"{rates[0]:.0f} GFLOP/s in fp32, {rates[1]:.0f} in bf16"


def main(folder: RunFolder) -> None:
    replies = own_stdout()
    keep_freed_memory()
    ours = Ours(folder)
    jobs = {"train": ours.train, "supply": ours.supply, "evaluate": ours.evaluate}
    serve(jobs, replies, on_gpu=ours.on_gpu, facts=ours.facts)


if __name__ == "__main__":
    main(RunFolder(Path(sys.argv[1]).absolute()))
