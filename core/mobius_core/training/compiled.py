"""torch.compile and CUDA graphs, where they pay."""

from __future__ import annotations

import shutil
from typing import Final

import torch
from torch import nn

from mobius_core.errors import UsageError
from mobius_core.training.spec import TrainSpec
from mobius_core.training.work import RunContext

PAYS: Final = 50_000
"""Steps from which "auto" compiles for a GPU: half a minute of compiling against about one
millisecond of launches saved a step, an estimate that no GPU has confirmed yet. On a CPU it never
paid: 50-60 s for small models, which then ran no faster."""


def compile_in_place(model: nn.Module, train: TrainSpec, run: RunContext, steps: int) -> None:
    """Compile what a training step calls of the model, its weights and their names untouched.

    What cannot be compiled runs as it is.
    """
    if not is_wanted(train.compile, run.device, steps):
        return
    import torch._dynamo.config as dynamo
    import torch._inductor.config as inductor

    dynamo.suppress_errors = True
    inductor.compile_threads = 1  # no processes of its own, which would outlive the run
    # A captured graph costs one launch instead of hundreds; processes that exchange gradients
    # in between, or add up pieces, are launched kernel by kernel.
    whole = run.ranks.size == train.accumulate == 1
    mode = "reduce-overhead" if run.device.type == "cuda" and whole else "default"
    for name in ("forward", "objective"):
        function = getattr(model, name, None)
        if function is not None:
            setattr(model, name, torch.compile(function, mode=mode, dynamic=False))
    print(f"compiled by torch.compile, mode {mode}", flush=True)


def is_wanted(wanted: str, device: torch.device, steps: int) -> bool:
    compiler = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    if wanted == "on" and not compiler:
        raise UsageError(
            'train.compile = "on" needs a C++ compiler; install g++ or leave it "auto"'
        )
    return wanted == "on" or (
        wanted == "auto" and device.type == "cuda" and steps >= PAYS and compiler is not None
    )
