"""A trial's key: equal for equal meaning, different for all that can change a result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobius_core.config.declared import fields
from mobius_core.config.expand import data_hash, expand
from mobius_core.config.project import parse
from mobius_core.config.trial import Trial
from mobius_core.data.spec import DataSpec

PATH = Path("experiments.toml")
BARE = """\
schema = 1
[experiments.x]
task.kind = "modular"
train.steps = 9
seeds = 2
"""
WRITTEN_OUT = """\
schema = 1
[defaults.modular]
task = { train_fraction = 4e-1 }
[experiments.x]
title = "another title"
tags = ["t"]
seeds = [0, 1]
[experiments.x.task]
kind = "modular"
modulus = 97.0
operation = "add"
[experiments.x.model]
name = "mlp"
widths = [512, 512]
mask.mode = "none"
mask.layers = [1]
[experiments.x.train]
optimizer = "adamw"
batch = 4096
clip = "none"
weight_decay = -0.0
steps = "3^2"
[experiments.x.onset]
stop = true
[experiments.x.save]
every = 3
[experiments.x.resources]
threads = 4
priority = 9
[experiments.x.reference]
theirs = { test_acc = 1 }
"""


def trials(text: str) -> tuple[Trial, ...]:
    return expand(parse(text, PATH), "x")


def keys(text: str) -> list[str]:
    return [trial.key for trial in trials(text)]


def test_defaults_written_out_are_the_same_trial() -> None:
    assert keys(WRITTEN_OUT) == keys(BARE)


def test_mask_defaults_written_out_are_the_same_trial() -> None:
    mode = 'model.widths = [7, 7]\nmodel.mask.mode = "random"\n'
    assert keys(BARE + mode) == keys(
        BARE + mode + "model.mask.layers = [2, 1]\nmodel.mask.density = 0.5"
    )
    assert keys(BARE + mode) != keys(BARE + mode + "model.mask.layers = [2]")


@pytest.mark.parametrize(
    "change",
    [
        "task.modulus = 89",
        "train.lr = 1e-2",
        "train.batch = 8",
        "model.widths = [512]",
        "eval.every = 3",
        "onset.hold = 3",
        "pin.split = 0",
        "seeds = [2, 3]",
    ],
)
def test_what_can_change_a_result_changes_the_key(change: str) -> None:
    text = BARE.replace("seeds = 2\n", "") if change.startswith("seeds") else BARE
    assert not set(keys(f"{text}{change}\n")) & set(keys(BARE))


@given(st.permutations(BARE.splitlines()[2:]))
@settings(max_examples=20)
def test_order_in_the_file_is_no_meaning(lines: list[str]) -> None:
    head = BARE.splitlines()[:2]
    assert keys("\n".join([*head, *lines])) == keys(BARE)


@given(
    st.floats(1e-6, 1),
    st.floats(0, 4),
    st.integers(1, 10**6),
    st.lists(st.integers(1, 99), max_size=3),
)
@settings(max_examples=50, deadline=None)
def test_base_and_copy_have_the_same_key(
    lr: float, decay: float, steps: int, widths: list[int]
) -> None:
    own = (
        f"train = {{ lr = {lr}, weight_decay = {decay}, steps = {steps} }}\nmodel.widths = {widths}"
    )
    copied = f'schema = 1\n[experiments.x]\ntask.kind = "modular"\n{own}'
    based = f'{copied.replace(".x]", ".y]")}\n[experiments.x]\nbase = "y"'
    overridden = 'schema = 1\n[experiments.x]\ntask.kind = "modular"\ntrain.steps = 3'
    words = [f"train.lr={lr}", f"train.weight_decay={decay}", f"train.steps={steps}"]
    from_words = expand(parse(overridden, PATH), "x", [*words, f"model.widths={widths}"])
    assert keys(copied) == keys(based) == [trial.key for trial in from_words]


@given(st.lists(st.integers(0, 2**63 - 1), unique=True, min_size=1, max_size=5))
@settings(deadline=None)
def test_every_seed_has_its_key(seeds: list[int]) -> None:
    found = trials(BARE.replace("seeds = 2", f"seeds = {seeds}"))
    assert [trial.seed for trial in found] == seeds
    assert len({trial.key for trial in found}) == len(seeds)


def test_how_a_model_is_trained_that_learns_nothing_does_not_matter() -> None:
    text = ARITHMETIC.format(high=1000, name="d")
    crt = text.replace("[experiments.x]", '[experiments.x]\nmodel.name = "crt"')
    assert "steps = 9" in crt
    assert keys(crt) == keys(crt.replace("steps = 9", "lr = 1.0")) != keys(text)


ARITHMETIC = """\
schema = 1
[data.d]
n = [2, {high}]
rows = 100
[experiments.x]
task = {{ kind = "arithmetic", target = "mu", data = "{name}" }}
train.steps = 9
"""


def test_data_count_by_their_rows_not_by_their_name() -> None:
    text = ARITHMETIC.format(high=1000, name="d")
    assert keys(text) == keys(ARITHMETIC.format(high="1e3", name="d"))
    assert keys(text) == keys(text.replace("[data.d]", "[data.e]").replace('"d"', '"e"'))
    assert keys(text) == keys(text.replace("rows = 100", "rows = 100\ntest = 10\nseed = 0"))
    assert keys(text) != keys(ARITHMETIC.format(high=1001, name="d"))


def test_a_data_file_counts_by_its_change(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("2,1\n")
    spec = DataSpec(file=str(path), format="csv")
    before = data_hash(spec)
    assert data_hash(spec) == before
    path.write_text("2,1\n3,1\n")
    assert data_hash(spec) != before


def test_a_guest_is_keyed_by_what_is_written_not_by_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (
        'schema = 1\n[experiments.x]\ntask.kind = "command"\n'
        'command = { argv = ["a"], cwd = "~/b", file = "c", env = { D = "$E/f" } }'
    )
    monkeypatch.setenv("HOME", "/home/one")
    monkeypatch.setenv("E", "/e")
    one = expand(parse(text, tmp_path / "experiments.toml"), "x")[0]
    monkeypatch.setenv("HOME", "/home/two")
    two = expand(parse(text, tmp_path / "experiments.toml"), "x")[0]
    assert one.key == two.key
    command = one.tables["command"]
    assert isinstance(command, Mapping)
    assert command["cwd"] == "/home/one/b"
    assert command["file"] == str(tmp_path / "c")
    assert command["env"] == {"D": "/e/f"}


def test_tables_are_complete() -> None:
    (trial, _) = trials(BARE)
    assert list(trial.tables) == ["task", "model", "train", "eval", "save", "onset", "pin"]
    train = trial.tables["train"]
    assert isinstance(train, Mapping)
    assert train["batch"] == 4096
    from mobius_core.training.spec import TrainSpec

    assert set(train) == set(fields(TrainSpec))
