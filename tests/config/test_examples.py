"""The experiments.toml that ships: one text in two places, and what it promises."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from mobius_core.analysis.trial_masks import trial_masks
from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Json, Trial

ROOT_FILE = Path(__file__).parents[2] / "experiments.toml"


def test_the_packaged_copy_is_the_file_of_the_repository() -> None:
    packaged = files("mobius_tui") / "examples" / "experiments.toml"
    assert packaged.read_text() == ROOT_FILE.read_text()


def test_it_is_valid_and_has_no_warnings() -> None:
    project = load(ROOT_FILE)
    assert not project.warnings
    counts = {name: len(expand(project, name)) for name in project.experiments}
    assert (
        counts.items()
        >= {
            "quickstart": 6,
            "sparsity": 88,
            "sparsity-tokens": 56,
            "sparsity-consecutive": 56,
            "widths": 60,
            "seed-as-written": 7,
            "delay": 6,
            "paper-mu": 1,
            "paper-mu2": 1,
            "fast-mu": 5,
            "fast-mu2": 4,
            "guest-perceptron": 2,
            "guest-int2int": 1,
            "guest-nanda": 12,
        }.items()
    )


def mask_of(trial: Trial) -> dict[str, Json]:
    model = trial.tables["model"]
    assert isinstance(model, dict)
    mask = model["mask"]
    assert isinstance(mask, dict)
    return mask


def number_of_weights(trial: Trial) -> dict[int, int]:
    return {
        layer: int(np.count_nonzero(mask))
        for layer, mask in trial_masks(trial).network.masks.items()
    }


@pytest.mark.parametrize("name", ["sparsity", "sparsity-tokens", "sparsity-consecutive"])
def test_every_pattern_has_its_shuffled_control_of_as_many_weights(name: str) -> None:
    project = load(ROOT_FILE)
    trials = {trial.arm: trial for trial in expand(project, name, ["seeds=0"])}
    masks = {arm: mask_of(trial) for arm, trial in trials.items()}
    patterns = {
        arm
        for arm, mask in masks.items()
        if mask["mode"] not in ("none", "random", "random_rows", "shuffled")
    }
    compared = project.experiments[name].compare
    controls = {arm: control for arm, control in compared if control == f"{arm}-shuffled"}
    assert controls.keys() == patterns
    for arm, control in controls.items():
        assert masks[control] == {**masks[arm], "mode": "shuffled", "like": masks[arm]["mode"]}
    for arm, control in compared:
        if control != "dense":
            assert number_of_weights(trials[arm]) == number_of_weights(trials[control])


@pytest.mark.parametrize(
    "name", ["sparsity", "sparsity-tokens", "sparsity-consecutive", "widths", "delay", "quickstart"]
)
def test_what_is_shipped_can_be_learned(name: str) -> None:
    for trial in expand(load(ROOT_FILE), name, ["seeds=0"]):
        assert trial_masks(trial).obstacles == ()


def test_the_original_is_shipped_with_its_leak_and_its_unlearnable_masks() -> None:
    trials = {trial.arm: trial for trial in expand(load(ROOT_FILE), "seed-as-written")}
    found = {arm: trial_masks(trial) for arm, trial in trials.items()}
    blocked = {arm for arm, masks in found.items() if masks.obstacles}
    assert blocked == {"prime_residue", "anti_prime"}
    assert {arm for arm, masks in found.items() if masks.dropout} == {"dropout"}
    tasks = [trial.tables["task"] for trial in trials.values()]
    assert all(isinstance(task, dict) and task["with_replacement"] == 2000 for task in tasks)
