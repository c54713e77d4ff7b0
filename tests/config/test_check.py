"""Spec dataclasses out of plain tables and back, as spec.json needs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_core.config.check import build, to_table
from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.data.spec import DataSpec
from mobius_core.errors import UsageError
from mobius_core.models.registry import MODELS
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.training.registry import TASKS
from mobius_core.training.spec import (
    CommandSpec,
    EvalSpec,
    InputSpec,
    OnsetSpec,
    PinSpec,
    ResourcesSpec,
    SaveSpec,
    TrainSpec,
)

FILES = sorted((Path(__file__).parent / "files").glob("*.toml"))
CLASSES: dict[str, type] = {
    "train": TrainSpec,
    "eval": EvalSpec,
    "save": SaveSpec,
    "onset": OnsetSpec,
    "pin": PinSpec,
    "command": CommandSpec,
    "resources": ResourcesSpec,
}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_tables_of_trials_survive_json(file: Path) -> None:
    project = load(file)
    for name in project.experiments:
        for trial in expand(project, name)[::7]:
            tables = json.loads(json.dumps({**trial.tables, "resources": trial.resources}))
            classes = {**CLASSES, "task": TASKS[trial.kind].spec}
            if "model" in tables:
                classes["model"] = MODELS[tables["model"]["name"]].spec
            for table in tables.keys() & classes.keys():
                assert to_table(build(classes[table], tables[table], table)) == tables[table]


@given(
    st.builds(
        MaskSpec,
        mode=st.sampled_from(["none", "random", "prime_only"]),
        layers=st.none() | st.lists(st.integers(1, 9)).map(tuple),
        density=st.none() | st.floats(0.01, 1),
        like=st.none() | st.just("anti_prime"),
        base=st.none() | st.integers(2, 99),
    )
)
def test_build_is_the_reverse_of_to_table(spec: MaskSpec) -> None:
    assert build(MaskSpec, to_table(spec), "mask") == spec


def test_integers_become_numbers_and_back() -> None:
    spec = build(TrainSpec, {"lr": 1, "steps": 2e4, "betas": [0, 0.5], "clip": "none"}, "train")
    assert (spec.lr, spec.steps, spec.betas, spec.clip) == (1.0, 20000, (0.0, 0.5), None)
    assert isinstance(spec.lr, float)
    assert isinstance(spec.steps, int)
    assert build(DataSpec, {"n": [2, "2^63-1"], "rows": 1e6}, "data").n == (2, 2**63 - 1)


def test_every_mistake_is_named_with_its_table() -> None:
    with pytest.raises(UsageError) as raised:
        build(TrainSpec, {"lr": 0, "batch": "half", "stesp": 3, "betas": [0.9]}, "spec.json")
    text = str(raised.value)
    for part in (
        "spec.json: lr: 0 is not a number above 0",
        'spec.json: batch: "half"',
        "did you mean steps?",
        "spec.json: betas: a list of 1 is not a list of 2, each a number of at least 0 and below 1",
    ):
        assert part in text


def test_null_is_only_for_what_may_be_left_out() -> None:
    assert build(InputSpec, {"primes": None, "digits": 2}, "inputs") == InputSpec(digits=2)
    with pytest.raises(UsageError, match="nothing is not a number"):
        build(TrainSpec, {"lr": None}, "train")
