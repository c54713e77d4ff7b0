"""Layers: defaults < base < experiment < arm < matrix < command line."""

from __future__ import annotations

from pathlib import Path

from mobius_core.config.expand import expand
from mobius_core.config.project import parse
from mobius_core.config.trial import Json, Trial

PATH = Path("experiments.toml")


def trials(text: str, name: str, *words: str) -> tuple[Trial, ...]:
    return expand(parse(f"schema = 1\n{text}", PATH), name, words)


def value(trial: Trial, dotted: str) -> Json:
    found: Json = dict(trial.tables)
    for name in dotted.split("."):
        assert isinstance(found, dict)
        found = found[name]
    return found


LAYERS = """
[defaults.modular]
train = { lr = 0.1, weight_decay = 0.1, warmup = 1, clip = 1, steps = 1 }
task = { modulus = 11 }
[defaults.arithmetic]
train = { lr = 0.9 }
[experiments.a]
task.kind = "modular"
title = "a"
seeds = 3
pin.split = 7
arms.x = {}
matrix.train.warmup = [5]
reference.theirs.test_acc = 1
train = { lr = 0.2, weight_decay = 0.2, clip = 2 }
[experiments.b]
base = "a"
train = { weight_decay = 0.3, clip = 3 }
[experiments.b.arms]
y = { train.clip = 4 }
z = { "train.clip" = 5, train.weight_decay = 0.5 }
[experiments.b.matrix]
train.clip = [6]
"""


def test_order() -> None:
    found = trials(LAYERS, "b")
    assert [trial.name for trial in found] == [
        f"b/{arm},clip=6,s{seed}" for arm in "yz" for seed in range(3)
    ]
    first, last = found[0], found[-1]
    assert value(first, "train.lr") == 0.2
    assert value(first, "train.warmup") == 1
    assert value(first, "train.weight_decay") == 0.3
    assert value(last, "train.weight_decay") == 0.5
    assert value(first, "train.clip") == 6
    assert value(first, "task.modulus") == 11
    assert value(first, "pin.split") == 7
    assert first.text == {"title": "", "note": "", "tags": [], "reference": {}}
    (word,) = trials(LAYERS, "b", "train.clip=7", "seeds=2")[:1]
    assert (word.name, value(word, "train.clip")) == ("b/y,clip=7,s2", 7)


def test_steps_and_epochs_displace_each_other() -> None:
    text = """
[defaults.modular]
train = { epochs = 3, epoch = 50 }
[experiments.a]
task.kind = "modular"
[experiments.b]
base = "a"
train.steps = 4
[experiments.c]
base = "b"
train = { epochs = 5 }
[experiments.d]
base = "a"
train = { epochs = 6 }
"""
    found = {name: trials(text, name)[0] for name in "abcd"}
    figures = {
        name: [value(trial, f"train.{key}") for key in ("steps", "epochs", "epoch")]
        for name, trial in found.items()
    }
    assert figures == {
        "a": [None, 3, 50],
        "b": [4, None, None],
        "c": [None, 5, None],
        "d": [None, 6, 50],
    }


def test_a_table_of_another_tag_is_replaced() -> None:
    text = """
[experiments.a]
task = { kind = "modular", modulus = 7 }
train.steps = 1
model = { name = "mlp", widths = [5], mask = { mode = "prime_residue", layers = [1], base = 3 } }
[experiments.a.arms]
same = { model.mask.base = 2 }
other = { model.mask = { mode = "random" } }
both = { model = { name = "mlp", activation = "gelu" } }
[experiments.e]
base = "a"
task = { kind = "eval", of = "a" }
"""
    same, other, both = trials(text, "a")
    assert value(same, "model.mask.layers") == [1]
    assert value(same, "model.mask.base") == 2
    assert value(other, "model.mask") == {
        "mode": "random",
        "layers": [1],
        "density": 0.5,
        "like": None,
        "base": None,
    }
    assert value(other, "model.widths") == [5]
    assert value(both, "model.mask.base") == 3
    assert value(trials(text, "e")[0], "task") == {"kind": "eval", "of": "a"}


def test_free_tables_have_no_tags() -> None:
    text = """
[experiments.a]
task.kind = "command"
command.argv = ["{name}", "{kind}", "{steps}", "{epochs}", "{seed}"]
params = { name = "a", kind = 1, epochs = 2 }
[experiments.a.arms]
x = { params = { name = "b", kind = 2, steps = 3 } }
"""
    assert value(trials(text, "a")[0], "params") == {
        "name": "b",
        "kind": 2,
        "epochs": 2,
        "steps": 3,
    }


def test_paired_axes() -> None:
    text = """
[experiments.a]
task.kind = "modular"
train.steps = 1
[experiments.a.matrix]
train = [{ lr = 1e-2, weight_decay = 2 }, { lr = 1e-3, weight_decay = 1 }]
model.widths = [[127, 251], [128, 256]]
"""
    found = trials(text, "a")
    assert [trial.name for trial in found] == [
        "a/lr=.01,weight_decay=2,widths=127x251,s0",
        "a/lr=.01,weight_decay=2,widths=128x256,s0",
        "a/lr=.001,weight_decay=1,widths=127x251,s0",
        "a/lr=.001,weight_decay=1,widths=128x256,s0",
    ]
    assert found[1].axes == {
        "train.lr": 0.01,
        "train.weight_decay": 2,
        "model.widths": [128, 256],
    }
    assert value(found[3], "train.weight_decay") == 1.0


EVALUATED = """
[experiments.a]
task.kind = "modular"
train.steps = 1
seeds = 2
matrix.train.lr = [0.1, 0.2]
[experiments.b]
base = "a"
[experiments.e]
task = { kind = "eval", of = ["a", "b"] }
after = ["b"]
eval.corrupt = ["only:2"]
"""


def test_one_evaluation_for_each_trained_trial() -> None:
    trained = [*trials(EVALUATED, "a"), *trials(EVALUATED, "b")]
    found = trials(EVALUATED, "e")
    assert len(found) == len(trained) == 6
    assert [trial.tables["trial"] for trial in found] == [
        {"name": one.name, "key": one.key} for one in trained
    ]
    assert [trial.name for trial in found][::5] == ["e/a,lr=.1,s0", "e/b,s1"]
    assert [trial.after for trial in found][::5] == [("a", "b"), ("b",)]
    assert len({trial.key for trial in found}) == 6
