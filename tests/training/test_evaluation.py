"""What is said of predictions: by class, calibrated or not, on corrupted and permuted inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mobius_core.data.manifest import Manifest
from mobius_core.data.open import DataSet
from mobius_core.data.sample import Sample
from mobius_core.data.spec import DataSpec
from mobius_core.numbers.by_class import by_class, calibration, confusion
from mobius_core.numbers.score import Score, compare, score
from mobius_core.training.corruption import corruption
from mobius_core.training.evaluation import evaluation
from mobius_core.training.held_out import HeldOut, Predictor
from mobius_core.training.importance import LEAST, importance
from mobius_core.training.inputs import Inputs, inputs_for
from mobius_core.training.spec import InputSpec
from mobius_core.training.targets import mu, mu2
from mobius_core.training.work import nobody_asks

ROWS = 20_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """Rows of the published interval, held out all but one."""
    rows = Sample(lo=2, hi=10**13, seed=4).rows(0, ROWS + 1)
    manifest = Manifest(
        name="paper",
        hash="0" * 16,
        spec=DataSpec(n=(2, 10**13), rows=ROWS + 1, test=ROWS),
        sieve=1,
        rows=ROWS + 1,
        test=ROWS,
        squarefree=0,
        total=0,
        checksums={},
    )
    return DataSet(tmp_path_factory.mktemp("data"), manifest, rows.n, rows.mu)


class Divides(nn.Module):
    """Says what the oracle for mu^2 of some primes says, from their residues: a perfect student."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__()
        self.p = torch.tensor(inputs.known.primes, dtype=torch.float64)

    def forward(self, tokens: Tensor) -> Tensor:
        divides = (tokens == 0).double()
        unknown = 6 / math.pi**2 / (1 - self.p**-2).prod()
        free = unknown * torch.exp(divides @ torch.log1p(-1 / self.p))
        return torch.log(torch.stack([1 - free, free], dim=1))


def student(data: DataSet, primes: int) -> tuple[HeldOut, Predictor]:
    inputs = inputs_for((InputSpec(primes=primes),), 10**13)
    held_out = HeldOut(data, mu2.target(data), inputs)
    return held_out, Predictor(Divides(inputs), torch.device("cpu"), 3000, nobody_asks)


def made(labels: list[int], probabilities: list[list[float]]) -> Score:
    return score(np.array(probabilities), np.array(labels))


def test_confusion_and_classes_count_by_hand() -> None:
    ours = made([0, 0, 1, 2, 2], [[0.9, 0.1, 0], [0.3, 0.7, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]])
    assert confusion(ours).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]
    oracle = made([0, 0, 1, 2, 2], [[1, 0, 0]] * 5)
    first, second, third, fourth = by_class((-1, 0, 1), ours, oracle) + by_class((5,), *none())
    assert first == {"value": -1, "rows": 2, "predicted": 2, "accuracy": 0.5, "oracle_acc": 1.0}
    assert second == {"value": 0, "rows": 1, "predicted": 2, "accuracy": 1.0, "oracle_acc": 0.0}
    assert third == {"value": 1, "rows": 2, "predicted": 1, "accuracy": 0.5, "oracle_acc": 0.0}
    assert isinstance(fourth, dict)
    assert fourth["oracle_acc"] is None


def none() -> tuple[Score, None]:
    return made([0], [[1.0]]), None


def test_who_means_what_is_said_is_calibrated() -> None:
    draws = np.random.default_rng(1)
    chances = draws.uniform(0, 1, 100_000)
    labels = (draws.random(len(chances)) < chances).astype(np.int64)
    honest = score(np.stack([1 - chances, chances], axis=1), labels)
    assert calibration(honest)["error"] == pytest.approx(0, abs=0.005)
    # Twice as far from a half as is true, where that is possible: off by half of the distance.
    bold = 0.5 + (chances - 0.5) / 2
    labels = (draws.random(len(chances)) < bold).astype(np.int64)
    said = calibration(score(np.stack([1 - chances, chances], axis=1), labels))
    assert said["error"] == pytest.approx(0.125, abs=0.005)
    bins: Any = said["bins"]
    assert [one["rows"] for one in bins] == pytest.approx([10_000] * 10, rel=0.05)
    for one in bins:
        assert one["low"] <= one["confidence"] <= one["high"]
        assert one["accuracy"] == pytest.approx(0.5 + (one["confidence"] - 0.5) / 2, abs=0.02)


def test_errors_of_opposite_signs_do_not_cancel() -> None:
    """Sure of .9 and right in .8 of the rows, sure of .6 and right in .7 of as many others."""
    chances = np.repeat([0.9, 0.6], 1000)
    labels = np.concatenate([np.arange(1000) < 800, np.arange(1000) < 700]).astype(np.int64)
    said = calibration(score(np.stack([1 - chances, chances], axis=1), labels))
    assert said["error"] == pytest.approx(0.1)


def test_without_an_oracle_its_figures_are_null() -> None:
    found = compare(made([0, 1], [[0.9, 0.1], [0.4, 0.6]]), None)
    assert (found["test_acc"], found["rows"], found["base_rate"]) == (1.0, 2, 0.5)
    assert found["oracle_acc"] is found["gap_se"] is found["loss_gap"] is None


def test_a_perfect_student_has_no_gap(data: DataSet) -> None:
    test, predictor = student(data, 20)
    found: Any = evaluation(
        test, mu2.target(data), predictor, test.score(predictor), [], importances=False
    )
    assert found["gap"] == pytest.approx(0, abs=1e-9)
    assert found["loss_gap"] == pytest.approx(0, abs=1e-6)
    assert np.trace(found["confusion"]) == pytest.approx(found["test_acc"] * ROWS)
    assert found["calibration"]["error"] < 0.015
    squarefree = found["squarefree"]
    assert squarefree["rows"] == int((data.mu[:ROWS] != 0).sum())
    assert squarefree["test_acc"] == pytest.approx(found["classes"][1]["accuracy"])


def test_for_mu_the_sign_of_squarefree_rows_is_what_is_left(data: DataSet) -> None:
    inputs = inputs_for((InputSpec(primes=100),), 10**13)
    target = mu.target(data)
    test = HeldOut(data, target, inputs)
    uniform = nn.Sequential(nn.Flatten(), Constant([5.0, 9.0, 4.0]))
    predictor = Predictor(uniform, torch.device("cpu"), 3000, nobody_asks)
    found: Any = evaluation(test, target, predictor, test.score(predictor), [], importances=False)[
        "squarefree"
    ]
    # -1 is likelier than +1 by e, whatever is said of 0.
    minus = float((data.mu[:ROWS] == -1).sum()) / found["rows"]
    assert found["test_acc"] == pytest.approx(minus)
    chance = 1 / (1 + math.exp(-1))
    expected = -minus * math.log(chance) - (1 - minus) * math.log(1 - chance)
    assert found["test_loss"] == pytest.approx(expected, rel=1e-5)
    assert 0.52 < found["oracle_acc"] < 0.56


class Constant(nn.Module):
    def __init__(self, logits: list[float]) -> None:
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, rows: Tensor) -> Tensor:
        return self.logits.expand(len(rows), -1)


# Accuracy in per cent and cross-entropy of an ideal predictor of 100 primes that believes the
# corrupted residues.
BELIEVING = [
    ("only:2,3", 69.97, 0.599),
    ("random:3", 69.95, 0.660),
    ("random:2", 50.39, 0.890),
    ("random:2,3", 50.13, 1.005),
]


@pytest.mark.parametrize(("word", "accuracy", "nats"), BELIEVING)
def test_what_an_ideal_predictor_makes_of_corrupted_inputs(
    data: DataSet, word: str, accuracy: float, nats: float
) -> None:
    test, predictor = student(data, 100)
    change = corruption(word, test.inputs.vocabularies)
    ideal = test.ideal(change)
    assert ideal is not None
    error = 0.5 / math.sqrt(ROWS)
    assert ideal.accuracy == pytest.approx(accuracy / 100, abs=4 * error)
    assert ideal.cross_entropy == pytest.approx(nats, abs=0.02)
    # The same rows have the same residues, in pieces of any length.
    ours = test.score(predictor, change)
    assert ours.accuracy == pytest.approx(ideal.accuracy, abs=1e-9)
    assert ours.cross_entropy == pytest.approx(ideal.cross_entropy, rel=1e-5)


def test_permuting_an_input_costs_what_knowing_it_is_worth(data: DataSet) -> None:
    """2 decides, 541 hardly matters; the perfect student loses what the oracle loses."""
    test, predictor = student(data, 100)
    found: Any = list(importance(test, predictor, test.score(predictor)))
    assert [one["input"] for one in found[:2]] == ["n mod 2", "n mod 3"]
    assert {one["rows"] for one in found} == {4 * ROWS // 100}
    assert found[0]["drop"] > 0.15
    assert abs(found[-1]["drop"]) < 4 * found[-1]["drop_se"] + 0.01
    for one in found:
        assert one["drop"] == pytest.approx(one["oracle_drop"], abs=1e-9)
    again: Any = list(importance(test, predictor, test.score(predictor)))
    assert again == found
    few = importance(test.first(300), predictor, test.first(300).score(predictor))
    assert next(few)["rows"] == LEAST
