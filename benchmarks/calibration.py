"""Are the p-values of real sweeps uniform where arms differ in nothing?

    OMP_NUM_THREADS=1 python benchmarks/calibration.py [SWEEPS]

On an inner layer a prime mask and its shuffled copies are one experiment, because hidden units can
be renumbered. Sweeps of eight seeds of that pair, with small networks most of which grok; each is
tested as `mobius onset` tests it, and then all of them as one.
"""

from __future__ import annotations

import contextlib
import io
import sys
import time
from pathlib import Path

import torch
from scipy import stats

from mobius_core.analysis.comparison import Comparison, compare
from mobius_core.analysis.question import Observed
from mobius_core.analysis.survival import Wait
from mobius_core.models.spec import MlpSpec
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.training.modular import Modular
from mobius_core.training.optimizers import adamw
from mobius_core.training.precision import choose
from mobius_core.training.seeds import Seeds
from mobius_core.training.spec import (
    EvalSpec,
    ModularTask,
    OnsetSpec,
    PinSpec,
    SaveSpec,
    TrainSpec,
)
from mobius_core.training.work import RunContext, Specs

SEEDS = 8
CPU = torch.device("cpu")
TRAIN = TrainSpec(
    lr=1e-2, weight_decay=2.0, betas=(0.9, 0.98), warmup=10, batch="full", steps=1200,
    precision="fp32",
)  # fmt: skip
INNER = (2,)
ARMS = {
    "prime": MaskSpec(mode="prime_only", layers=INNER, density=0.38),
    "shuffled": MaskSpec(mode="shuffled", like="prime_only", layers=INNER, density=0.38),
}


def trained(arm: str, seed: int) -> Observed:
    specs = Specs(
        task=ModularTask(modulus=31, train_fraction=0.8),
        model=MlpSpec(widths=(64, 64), activation="quadratic", mask=ARMS[arm]),
        train=TRAIN,
        eval=EvalSpec(every=10),
        save=SaveSpec(),
        onset=OnsetSpec(hold=20),
    )
    context = RunContext(
        folder=Path(),
        data_dir=Path(),
        seeds=Seeds(seed, PinSpec()),
        device=CPU,
        precision=choose("fp32", CPU),
    )
    with contextlib.redirect_stdout(io.StringIO()):
        work = Modular(specs, context)
    optimizer = adamw(list(work.model.parameters()), TRAIN, TRAIN.steps or 0)
    for step in range(TRAIN.steps or 0):
        if work.evaluates_at(step):
            with torch.no_grad():
                work.evaluate(step)
            if work.should_stop(step):
                break
        work.loss(work.batch(step)).backward()  # type: ignore[no-untyped-call]
        optimizer.step(step)
    verdict = work.onset.verdict(max(work.onset.last_step, 0))
    came, at = verdict["generalised"], verdict["generalised"] or verdict["censored_at"]
    return Observed(arm, "", seed, Wait(float(at or 0), came is not None), None)


def tested(runs: list[Observed]) -> Comparison:
    return compare(runs, "prime", "shuffled", seed=0)


def main() -> None:
    sweeps = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    torch.set_num_threads(1)
    begun = time.process_time()
    runs = [
        [trained(arm, seed) for arm in ARMS for seed in range(SEEDS * n, SEEDS * (n + 1))]
        for n in range(sweeps)
    ]
    seconds = (time.process_time() - begun) / (sweeps * SEEDS * len(ARMS))
    every = [run for sweep in runs for run in sweep]
    came = sum(run.generalised.came for run in every)
    print(f"{sweeps} sweeps of {SEEDS} seeds, {seconds:.2f} CPU s a run, {came}/{len(every)} grok")
    p_values = [p for sweep in runs if (p := tested(sweep).p) is not None]
    small = sum(p < 0.05 for p in p_values)
    uniform = stats.kstest(p_values, "uniform")
    whole = tested(every)
    assert whole.p is not None, "nothing grokked, so nothing can be calibrated"
    print(
        f"prime against shuffled: p < .05 in {small} of {len(p_values)}, Kolmogorov-Smirnov D "
        f"{uniform.statistic:.3f}, p {uniform.pvalue:.2f}; all {whole.n} pairs: p {whole.p:.3g}, "
        f"ratio of medians {whole.ratio.value} [{whole.ratio.low}, {whole.ratio.high}]"
    )


if __name__ == "__main__":
    main()
