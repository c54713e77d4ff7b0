"""Targets besides mu: what they take for classes, and runs of them without an oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flint
import numpy as np
import pytest

from mobius_core.config import expand, project
from mobius_core.config.problems import ConfigErrors
from mobius_core.data.build import build
from mobius_core.data.factors import add_factors
from mobius_core.data.open import open_data
from mobius_core.errors import UsageError
from mobius_core.training import child
from mobius_core.training.arithmetic import Arithmetic
from mobius_core.training.prepare import prepare
from mobius_core.training.registry import TARGETS
from mobius_core.training.targets.target import target_of
from tests.training.arithmetic_runs import EXPERIMENTS, Lab, read, rows

FILE = """
[data.mine]
file = "mine.csv"
test = 200
"""


@pytest.fixture(scope="module")
def factored(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Rows with their factors, a stream with those of its test rows, and a file with labels."""
    home = tmp_path_factory.mktemp("targets")
    lab = Lab(home)
    numbers = np.random.default_rng(7).permutation(np.arange(2, 100_000))[:1200]
    lines = [f"{n},{(n % 7) ** 2 - 9}" for n in numbers.tolist()]
    (home / "mine.csv").write_text("n,label\n" + "\n".join(lines) + "\n")
    lab.file.write_text(EXPERIMENTS + FILE)
    for name, spec in project.load(lab.file).data.items():
        for _ in build(home / "data", name, expand.data_hash(spec), spec):
            pass
        if spec.file is None:
            for _ in add_factors(open_data(home / "data", name, expand.data_hash(spec))):
                pass
    return lab


def by_flint(target: str, n: int) -> int:
    factors = [int(power) for _, power in flint.fmpz(n).factor()]
    square = any(power > 1 for power in factors)
    values: dict[str, int] = {
        "mu": 0 if square else (-1) ** len(factors),
        "mu2": int(not square),
        "liouville": (-1) ** sum(factors),
        "omega": len(factors),
        "label": (n % 7) ** 2 - 9,
    }
    return values[target]


MADE = [(target, name) for target in TARGETS if target != "label" for name in ("rows", "fresh")]


@pytest.mark.parametrize(("target", "name"), [*MADE, ("label", "mine"), ("mu", "mine")])
def test_classes_are_the_values_of_the_function(factored: Lab, target: str, name: str) -> None:
    folder = factored.make(f"{target}-of-{name}", f'task.target="{target}"', f'task.data="{name}"')
    work = prepare(folder, 1).work
    assert isinstance(work, Arithmetic)
    trained = work.supply.at(3)
    assert [work.target.values[i] for i in work.target.classes(trained.value)] == [
        by_flint(target, int(n)) for n in trained.n
    ]
    assert [work.target.values[i] for i in work.test.labels] == [
        by_flint(target, int(n)) for n in work.test.n
    ]
    assert (work.test.oracle is None) == (target not in ("mu", "mu2"))


@pytest.mark.parametrize("target", ["liouville", "omega", "label"])
def test_runs_without_an_oracle_have_nulls_where_it_would_be(factored: Lab, target: str) -> None:
    data = "mine" if target == "label" else "rows"
    folder = factored.make(
        f"run-{target}", f'task.target="{target}"', f'task.data="{data}"', 'eval.corrupt=["only:2"]'
    )
    assert child.main([str(folder.path)]) == 0
    result: Any = read(folder.result)
    assert result["oracle_acc"] is result["gap_se"] is result["corrupt"][0]["oracle_acc"] is None
    assert result["base_rate"] <= 1
    assert len(result["classes"]) == len(result["confusion"])
    assert all(one["oracle_acc"] is None for one in result["classes"])
    assert "oracle_acc" not in rows(folder)[0]


def test_labels_need_a_file_and_few_values(factored: Lab, tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match="has no labels"):
        factored.make("no-file", 'task.target="label"')
    lab = Lab(tmp_path)
    (tmp_path / "mine.csv").write_text("\n".join(f"{n},{n}" for n in range(2, 2000)))
    lab.file.write_text(EXPERIMENTS + FILE)
    spec = project.load(lab.file).data["mine"]
    for _ in build(tmp_path / "data", "mine", expand.data_hash(spec), spec):
        pass
    data = open_data(tmp_path / "data", "mine", expand.data_hash(spec))
    with pytest.raises(UsageError, match="1,998 different labels"):
        target_of("label", data)
