"""Against the original harness: CPU per step at its own batch, and CPU to a net that generalises.

python -m benchmarks.grokking [EPOCHS] (so many of the original are run, its 5,000 extrapolated)

Each side in processes of its own, in turn, on one thread; CPU seconds, minimum of the rounds.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Trial
from mobius_core.numbers.primes import primes_below
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.stopping import StopRequests
from mobius_core.training.allocator import keep_freed_memory
from mobius_core.training.loop import Loop
from mobius_core.training.modular import Modular
from mobius_core.training.precision import choose
from mobius_core.training.prepare import read_specs
from mobius_core.training.record import Record
from mobius_core.training.seeds import Seeds
from mobius_core.training.spec import PinSpec
from mobius_core.training.work import RunContext

EXPERIMENTS = Path(__file__).parents[1] / "experiments.toml"
ITS_EPOCHS = 5000
ROUNDS = 3
SEEDS = 4
NETWORKS = {
    "prime": "3 hidden layers of its widths experiment",
    "prime_only": "2 masked hidden layers",
}
"""By their arm in the experiment `seed-as-written`."""


class Seconds(TypedDict):
    imports: float
    work: float
    words: str


class OriginalMasked(nn.Module):
    """Its `prime_only` layer; both densities of the network are below its ratio of .5."""

    mask: Tensor

    def __init__(self, inputs: int, out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out, inputs))
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        self.bias = nn.Parameter(torch.zeros(out))
        primes = set(primes_below(max(inputs, out) + 1))
        exists = [[i in primes or j in primes for j in range(inputs)] for i in range(out)]
        self.register_buffer("mask", torch.tensor(exists).float())

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight * self.mask, self.bias)


class Original:
    """Its training loop on one network, with its data: 2,000 pairs drawn, 1,600 to train on."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        a, b = torch.randint(0, 97, (2, 2000))
        inputs = torch.zeros(2000, 194)
        inputs[range(2000), a] = 1
        inputs[range(2000), 97 + b] = 1
        self.inputs, self.targets = inputs[:1600], ((a + b) % 97)[:1600]
        self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        self.criterion = nn.CrossEntropyLoss()

    def epochs(self, count: int) -> None:
        for _ in range(count):
            self.model.train()
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(self.inputs), self.targets)
            loss.backward()
            for module in self.model.modules():
                if isinstance(module, OriginalMasked) and module.weight.grad is not None:
                    module.weight.grad.data.mul_(module.mask)
            self.optimizer.step()


def original(widths: Sequence[int], *, masked: bool) -> Original:
    layer = OriginalMasked if masked else nn.Linear
    sides = [194, *widths]
    layers: list[nn.Module] = []
    for inputs, out in zip(sides, widths, strict=False):
        layers += [layer(inputs, out), nn.ReLU()]
    return Original(nn.Sequential(*layers, nn.Linear(sides[-1], 97)))


def our_loop(trial: Trial, folder: Path) -> Loop:
    """The loop of a training child."""
    keep_freed_memory()
    specs = read_specs(trial)
    device = torch.device("cpu")
    context = RunContext(
        folder=folder,
        data_dir=folder,
        seeds=Seeds(trial.seed, PinSpec()),
        device=device,
        precision=choose(specs.train.precision, device),
    )
    run = RunFolder(folder)
    run.checkpoints.mkdir()
    record = Record(run, 1, {})
    return Loop(Modular(specs, context), specs, context, record, StopRequests(run.control / "stop"))


def their_steps(network: str, epochs: int) -> Seconds:
    masked = network == "prime_only"
    model = original((127, 251) if masked else (127, 251, 509), masked=masked)
    model.epochs(3)
    return timed(lambda: model.epochs(epochs))


def our_steps(network: str, precision: str, epochs: int, folder: Path) -> Seconds:
    """Widths, masks and the 1,600 rows as in the original."""
    overrides = [f"train.precision={precision}", "eval.every=100_000", "seeds=0"]
    trials = expand(load(EXPERIMENTS), "seed-as-written", overrides)
    loop = our_loop(next(one for one in trials if one.arm == network), folder)
    assert loop.work.batch(0).labels.shape == (1600,)

    def steps(count: int) -> None:
        for _ in range(count):
            loop.train_step()

    steps(3)
    return timed(lambda: steps(epochs))


def our_run(seed: int, folder: Path) -> Seconds:
    """From data and masks to the end of the window held, evaluations and checkpoints included."""
    trials = expand(load(EXPERIMENTS), "sparsity", [f"seeds={seed}"])
    trial = next(one for one in trials if one.arm == "prime")
    seconds = timed(lambda: our_loop(trial, folder).run())
    result = json.loads(RunFolder(folder).result.read_text())
    onset = result["onset"]
    assert onset["class"] == "grokked"
    assert result["leak"] == 0
    words = f"grokked at step {onset['generalised']}, test accuracy {result['test_acc']:.4f}"
    return {**seconds, "words": words}


def timed(work: Callable[[], object]) -> Seconds:
    """`imports`: CPU seconds of the process until now; `work`: those of the work."""
    start = time.process_time()
    work()
    return {"imports": start, "work": time.process_time() - start, "words": ""}


def in_child(*words: object) -> Seconds:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.grokking", *map(str, words), folder],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            check=True,
        )
    found: Seconds = json.loads(done.stdout.splitlines()[-1])
    return found


def child(side: str, *words: str) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    *options, name = words
    folder = Path(name)
    if side == "their_steps":
        found = their_steps(options[0], int(options[1]))
    elif side == "our_steps":
        found = our_steps(options[0], options[1], int(options[2]), folder)
    else:
        found = our_run(int(options[0]), folder)
    print(json.dumps(found))


def compare_steps(network: str, epochs: int) -> Seconds:
    """Prints CPU ms a step; gives the original's figures of its fastest round."""
    sides = (
        ("original", ("their_steps", network, epochs)),
        ("ours in bf16", ("our_steps", network, "bf16", epochs)),
        ("ours in fp32", ("our_steps", network, "fp32", epochs)),
    )
    rounds = [{name: in_child(*words) for name, words in sides} for _ in range(ROUNDS)]
    best = {name: min((one[name] for one in rounds), key=lambda s: s["work"]) for name, _ in sides}
    words = ", ".join(
        f"{name} {1e3 * one['work'] / epochs:.2f} ms "
        f"({best['original']['work'] / one['work']:.2f}x)"
        for name, one in best.items()
    )
    print(f"step on 1,600 rows, {NETWORKS[network]}: {words}", flush=True)
    return best["original"]


def main(epochs: int) -> None:
    compare_steps("prime", epochs)
    theirs = compare_steps("prime_only", epochs)
    whole = ITS_EPOCHS * theirs["work"] / epochs
    print(
        f"original, prime_only, {ITS_EPOCHS:,} epochs extrapolated: {whole:.1f} CPU s", flush=True
    )
    for seed in range(SEEDS):
        one = in_child("our_run", seed)
        with_imports = (whole + theirs["imports"]) / (one["work"] + one["imports"])
        print(
            f"ours, prime_only inside, seed {seed}: {one['words']}: {one['work']:.2f} CPU s, "
            f"{whole / one['work']:.1f}x less; imports on both sides counted {with_imports:.1f}x",
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        child(*sys.argv[1:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
