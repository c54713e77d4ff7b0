"""The experiments.toml that ships: one text in two places, and what it promises."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

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
            "widths": 60,
            "seed-as-written": 7,
            "delay": 6,
            "paper-mu": 1,
            "paper-mu2": 1,
            "fast-mu": 1,
            "fast-mu2": 1,
        }.items()
    )


def mask_of(trial: Trial) -> dict[str, Json]:
    model = trial.tables["model"]
    assert isinstance(model, dict)
    mask = model["mask"]
    assert isinstance(mask, dict)
    return mask


def test_every_pattern_has_its_shuffled_control_at_the_same_density() -> None:
    project = load(ROOT_FILE)
    masks = {trial.arm: mask_of(trial) for trial in expand(project, "sparsity", ["seeds=0"])}
    assert {mask["density"] for arm, mask in masks.items() if arm != "dense"} == {0.38}
    patterns = {
        arm for arm, mask in masks.items() if mask["mode"] not in ("none", "random", "random_rows")
    }
    compared = dict(project.experiments["sparsity"].compare[:4])
    assert compared.keys() | compared.values() == patterns
    for arm, control in compared.items():
        assert masks[control] == {**masks[arm], "mode": "shuffled", "like": masks[arm]["mode"]}
