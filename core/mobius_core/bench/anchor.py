"""A checkout of Int2Int as it is, in a process of its own: its trainer and evaluator, timed.

`python -m mobius_core.bench.anchor CHECKOUT FOLDER`, where FOLDER holds the lines as `rows.txt`.
For each line `train` or `evaluate` on stdin it does one training step of 32 lines or one evaluation
of 128, and answers with a line `CPU_NANOSECONDS EXAMPLES`. Nothing of the checkout is changed; its
settings are the published ones, on the CPU, with the loading of lines in this process.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TextIO

import torch

BATCH: Final = 32
EVALUATED: Final = 128
"""Lines of an evaluation: one batch of the published size."""
SETTINGS: Final = (
    "--cpu true --exp_name bench --exp_id anchor --num_workers 0 --env_base_seed 0 "
    "--operation data --data_types int[200]:range(-1,2) --optimizer adam_inverse_sqrt,lr=0.00025 "
    # Of a model that has learned to end its answer, as this one has not: else 514 words a line.
    "--max_output_len 2"
)


class Checkout:
    """Int2Int's own objects, built as its train.py builds them."""

    # Any: the checkout is somebody else's untyped code, imported from a path.
    def __init__(self, path: Path, folder: Path) -> None:
        sys.path.insert(0, str(path))
        train: Any = importlib.import_module("train")
        words = [*SETTINGS.split(), "--batch_size", str(BATCH), "--eval_size", str(EVALUATED)]
        lines = str(folder / "rows.txt")
        words += ["--dump_path", str(folder), "--train_data", lines, "--eval_data", lines]
        params = train.get_parser().parse_args(words)
        train.init_distributed_mode(params)
        train.initialize_exp(params)
        train.src.utils.CUDA = False
        self.environment: Any = train.build_env(params)
        self.modules: Any = train.build_modules(self.environment, params)
        self.trainer: Any = train.Trainer(self.modules, self.environment, params)
        self.trainer.n_equations = 0
        self.evaluator: Any = train.Evaluator(self.trainer)

    def train(self) -> int:
        self.trainer.enc_dec_step("arithmetic")
        self.trainer.iter()
        return BATCH

    def evaluate(self) -> int:
        self.evaluator.run_all_evals()
        return EVALUATED


def main(checkout: Path, folder: Path) -> None:
    replies = own_stdout()
    torch.set_num_threads(1)
    there = Checkout(checkout, folder)
    jobs: dict[str, Callable[[], int]] = {"train": there.train, "evaluate": there.evaluate}
    print("ready", file=replies, flush=True)
    for line in sys.stdin:
        begun = time.process_time_ns()
        examples = jobs[line.strip()]()
        print(time.process_time_ns() - begun, examples, file=replies, flush=True)


def own_stdout() -> TextIO:
    """Where replies go; what the checkout prints goes to stderr."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return replies


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
