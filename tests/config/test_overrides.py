"""KEY=V[,V]… of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobius_core.config.expand import expand
from mobius_core.config.overrides import split
from mobius_core.config.problems import ConfigErrors
from mobius_core.config.project import parse

PROJECT = parse(
    """\
schema = 1
[experiments.a]
task.kind = "modular"
train.steps = 9
seeds = 2
arms.x = {}
matrix.train.lr = [0.1, 0.2]
[experiments.e]
task = { kind = "eval", of = "a" }
""",
    Path("experiments.toml"),
)


def names(*words: str) -> list[str]:
    return [trial.name.removeprefix("a/x,") for trial in expand(PROJECT, "a", words)]


@pytest.mark.parametrize(
    ("word", "seeds"),
    [
        ("seeds=3", [3]),
        ("seeds=0-7", list(range(8))),
        ("seeds=0,2,5", [0, 2, 5]),
        ("seeds=4-5, 1,4", [4, 5, 1]),
    ],
)
def test_seeds(word: str, seeds: list[int]) -> None:
    assert [trial.seed for trial in expand(PROJECT, "a", [word, "train.lr=1"])] == seeds


def test_a_word_varies_or_replaces_an_axis() -> None:
    assert names("seeds=0", "train.weight_decay=1,2") == [
        "lr=.1,weight_decay=1,s0",
        "lr=.1,weight_decay=2,s0",
        "lr=.2,weight_decay=1,s0",
        "lr=.2,weight_decay=2,s0",
    ]
    assert names("seeds=0", "train.lr=1e-3") == ["lr=.001,s0"]
    assert names("seeds=0", "model.widths=[3],[4,5]", "train.lr=1") == [
        "widths=3,lr=1,s0",
        "widths=4x5,lr=1,s0",
    ]


def test_text_needs_no_quotes() -> None:
    found = expand(PROJECT, "a", ["model.activation=gelu,'silu'", "train.lr=1", "seeds=0"])
    assert [trial.axes["model.activation"] for trial in found] == ["gelu", "silu"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1,2", ["1", "2"]),
        ("[1,2],[3]", ["[1,2]", "[3]"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ('{a = "],"},1', ['{a = "],"}', "1"]),
        ("only:2", ["only:2"]),
    ],
)
def test_split(text: str, parts: list[str]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("lr=1", "did you mean train.lr?"),
        ("train.lr", "write KEY=VALUE"),
        ("train.lr=fast", 'text "fast" is not a number above 0'),
        ("train.lrr=1", "did you mean lr?"),
        ("tarin.lr=1", "did you mean train.lr?"),
        ("command.argv=[1]", "modular experiments have no table command"),
        ("task.operation=divide", ""),
        ("task.modulus=4,4", "listed twice"),
        ("seeds=a", "seeds are numbers and ranges"),
        ("seeds=7-0", "seeds are numbers and ranges"),
        ("seeds=0-999999", "at most 100,000"),
        ("train.epochs=3", ""),
    ],
)
def test_mistakes_name_the_word(word: str, message: str) -> None:
    if not message:
        assert expand(PROJECT, "a", [word])
        return
    with pytest.raises(ConfigErrors) as raised:
        expand(PROJECT, "a", [word])
    (problem,) = raised.value.problems
    assert (problem.file, problem.line) == ("command line", None)
    assert str(problem).startswith(f"command line: {word.partition('=')[0]}")
    assert message in problem.message


def test_a_word_is_checked_with_the_rest() -> None:
    with pytest.raises(ConfigErrors, match="42 is composite"):
        expand(PROJECT, "a", ["task.operation=divide", "task.modulus=42"])


def test_too_many_trials() -> None:
    with pytest.raises(ConfigErrors, match="200,000 trials"):
        expand(PROJECT, "a", ["seeds=0-99999"])


def test_an_evaluation_has_no_seeds_of_its_own() -> None:
    with pytest.raises(ConfigErrors, match="no seeds of its own"):
        expand(PROJECT, "e", ["seeds=3"])
