"""The shipped quickstart, one seed of each arm, as the training child would run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Trial
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.stopping import StopRequests
from mobius_core.training.precision import choose
from mobius_core.training.prepare import read_specs
from mobius_core.training.seeds import Seeds
from mobius_core.training.spec import PinSpec
from mobius_core.training.work import RunContext
from tests.grokking.trials import CPU, attempt

SHIPPED = Path(__file__).parents[2] / "experiments.toml"
FIRST_SEEDS = [trial for trial in expand(load(SHIPPED), "quickstart") if trial.seed == 0]
LATER = [pytest.param(trial, marks=pytest.mark.slow) for trial in FIRST_SEEDS[1:]]


@pytest.mark.parametrize(
    "trial", [FIRST_SEEDS[0], *LATER], ids=[trial.arm or "" for trial in FIRST_SEEDS]
)
def test_every_arm_groks_within_a_thousand_steps(trial: Trial, tmp_path: Path) -> None:
    specs = read_specs(trial)
    context = RunContext(
        folder=tmp_path,
        data_dir=tmp_path,
        seeds=Seeds(trial.seed, PinSpec()),
        device=CPU,
        precision=choose(specs.train.precision, CPU),
    )
    assert attempt(specs, context, StopRequests(tmp_path / "stop")).reason is None
    result = json.loads(RunFolder(tmp_path).result.read_text())
    onset = result["onset"]
    assert onset["class"] == "grokked"
    assert 50 < onset["memorised"] < onset["generalised"] < 1000
    assert onset["delay"] > 50
    assert result["test_acc"] >= 0.99
    assert result["leak"] == 0
    assert (result["density"] < 1) == (trial.arm != "dense")
