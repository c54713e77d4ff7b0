"""A checkout of Int2Int as it is, in a process of its own: its trainer and evaluator, timed.

`python -m mobius_core.bench.anchor CHECKOUT FOLDER`, where FOLDER holds lines to train on as
`train.txt` and lines to evaluate as `test.txt`; `mobius_core.bench.turns` asks for `train`, a step
of 32 lines, or `evaluate`, all of test.txt. Nothing of the checkout is changed; its settings are
the published ones, with the loading of training lines in this process.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any, Final

import torch

from mobius_core.bench.serving import own_stdout, serve

BATCH: Final = 32
SETTINGS: Final = (
    f"--exp_name bench --exp_id anchor --num_workers 0 --env_base_seed 0 --batch_size {BATCH} "
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
        self.on_gpu = torch.cuda.is_available()
        self.lines = len((folder / "test.txt").read_text().splitlines())
        words = [*SETTINGS.split(), "--cpu", str(not self.on_gpu), "--dump_path", str(folder)]
        words += ["--train_data", str(folder / "train.txt")]
        words += ["--eval_data", str(folder / "test.txt"), "--eval_size", str(self.lines)]
        params = train.get_parser().parse_args(words)
        train.init_distributed_mode(params)
        train.initialize_exp(params)
        train.src.utils.CUDA = self.on_gpu
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
        return self.lines


def main(checkout: Path, folder: Path) -> None:
    replies = own_stdout()
    torch.set_num_threads(1)
    there = Checkout(checkout, folder)
    serve({"train": there.train, "evaluate": there.evaluate}, replies, on_gpu=there.on_gpu)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
