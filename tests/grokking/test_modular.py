"""The modular task, trained for real: small tables, the loop of the training child."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from mobius_core.errors import UsageError
from mobius_core.models.spec import MlpSpec
from mobius_core.runs.stopping import StopRequests
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.training.spec import EvalSpec, ModularTask, OnsetSpec, PinSpec
from tests.grokking.trials import QUICK, Small, attempt, train

WIDE = (24, 24)


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_a_small_network_groks_and_says_when(tmp_path: Path) -> None:
    result = train(Small(), tmp_path / "run")
    onset = result["onset"]
    assert onset["class"] == "grokked"
    series = rows(tmp_path / "run")
    memorised = next(row["step"] for row in series if row["train_acc"] >= 0.99)
    assert onset["memorised"] == memorised
    held = [row for row in series if row["step"] >= onset["generalised"]]
    assert all(row["test_acc"] >= 0.99 for row in held)
    assert result["step"] == held[-1]["step"] == onset["generalised"] + 50
    assert (result["leak"], result["masks"], result["density"]) == (0, [], 1)


def test_without_weight_decay_it_only_memorises(tmp_path: Path) -> None:
    plain = dataclasses.replace(QUICK, weight_decay=0.0, steps=300)
    result = train(Small(train=plain), tmp_path / "run")
    onset = result["onset"]
    assert (onset["class"], onset["censored_at"]) == ("memorised_only", 300)
    assert result["train_acc"] == 1.0


def test_equal_trials_give_equal_curves_and_other_seeds_others(tmp_path: Path) -> None:
    short = dataclasses.replace(QUICK, steps=20, batch=64)
    curves = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        train(Small(train=short, seed=seed), tmp_path / name)
        curves.append([row["train_loss"] for row in rows(tmp_path / name)])
    assert curves[0] == curves[1]
    assert curves[0] != curves[2]


def test_arms_of_one_seed_share_split_and_base_weights(tmp_path: Path) -> None:
    dense = Small(widths=WIDE).work(tmp_path)
    masked = Small(widths=WIDE, mask=MaskSpec(mode="prime_only", layers=(2,))).work(tmp_path)
    other = Small(widths=WIDE, seed=1).work(tmp_path)
    assert torch.equal(dense.train.tokens, masked.train.tokens)
    assert not torch.equal(dense.train.tokens, other.train.tokens)
    weights = dict(dense.model.named_parameters())["layers.0.weight"]
    assert torch.equal(weights, dict(masked.model.named_parameters())["layers.0.weight"])
    pinned = Small(widths=WIDE, seed=1, pin=PinSpec(split=0)).work(tmp_path)
    assert torch.equal(dense.train.tokens, pinned.train.tokens)
    assert not torch.equal(weights, dict(pinned.model.named_parameters())["layers.0.weight"])


@pytest.mark.parametrize("operation", ["add", "subtract", "multiply", "divide"])
def test_the_whole_table_is_split_between_training_and_test(operation: str, tmp_path: Path) -> None:
    task = ModularTask(operation=operation, modulus=13, train_fraction=0.3)
    work = Small(task=task).work(tmp_path)
    tokens = torch.cat((work.train.tokens, work.test.tokens))
    labels = torch.cat((work.train.labels, work.test.labels))
    assert len({tuple(pair) for pair in tokens.tolist()}) == (156 if operation == "divide" else 169)
    for (a, b), label in zip(tokens.tolist(), labels.tolist(), strict=True):
        if operation == "divide":
            assert label * b % 13 == a
        else:
            assert label == {"add": a + b, "subtract": a - b, "multiply": a * b}[operation] % 13


def test_pairs_drawn_with_replacement_leak_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The original's way: 2,000 draws of 9,409 pairs, 80 % to train on."""
    task = ModularTask(train_fraction=0.8, with_replacement=2000)
    work = Small(task=task).work(tmp_path)
    train_pairs, test_pairs = (
        [tuple(pair) for pair in part.tokens.tolist()] for part in (work.train, work.test)
    )
    assert (len(train_pairs), len(test_pairs)) == (1600, 400)
    leaked = sum(pair in set(train_pairs) for pair in test_pairs)
    # Expected 1 - (1 - 1/9409)^1600 = 15.6 %, standard deviation 1.9 points over seeds.
    assert 0.1 < leaked / 400 < 0.22
    assert (work.leak, work.result()["leak"]) == (leaked / 400, leaked / 400)
    assert f"{leaked / 400:.2%} of the test pairs are training pairs" in capsys.readouterr().out
    with torch.no_grad():
        assert work.evaluate(0)["leak"] == leaked / 400
        assert "leak" not in Small().work(tmp_path).evaluate(0)


def test_division_by_a_composite_modulus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="composite"):
        Small(task=ModularTask(operation="divide", modulus=91)).work(tmp_path)


def test_figures_are_those_of_the_whole_table(tmp_path: Path) -> None:
    """Against one-hots multiplied by the weights in numpy."""
    trial = Small(
        widths=(24,), activation="relu", train=dataclasses.replace(QUICK, precision="fp32")
    )
    work = trial.work(tmp_path)
    with torch.no_grad():
        figures = work.evaluate(0)
    weights = {name: p.detach().double().numpy() for name, p in work.model.named_parameters()}
    for part, name in ((work.train, "train"), (work.test, "test")):
        one_hot = functional.one_hot(part.tokens, 31).flatten(1).double().numpy()
        hidden = np.maximum(one_hot @ weights["layers.0.weight"].T + weights["layers.0.bias"], 0)
        logits = hidden @ weights["layers.1.weight"].T + weights["layers.1.bias"]
        labels = part.labels.numpy()
        right = np.mean(logits.argmax(axis=1) == labels)
        lost = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels]
        assert figures[f"{name}_acc"] == pytest.approx(right)
        assert figures[f"{name}_loss"] == pytest.approx(lost.mean(), rel=1e-5)


def test_pieces_of_an_evaluation_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = Small(train=dataclasses.replace(QUICK, precision="fp32")).work(tmp_path)
    with torch.no_grad():
        whole = work.score(work.test)
        monkeypatch.setattr("mobius_core.training.modular.CHUNK", 31 * 50)
        assert work.score(work.test) == pytest.approx(whole, rel=1e-6)


def test_measures_and_rows_of_an_evaluation(tmp_path: Path) -> None:
    trial = Small(eval=EvalSpec(every=5, rows=40, measures=("norms", "fourier")))
    work = trial.work(tmp_path)
    with torch.no_grad():
        figures = work.evaluate(0)
    assert {"norm", "gini", "ipr"} <= figures.keys()
    assert figures["test_acc"] * 40 == pytest.approx(round(figures["test_acc"] * 40))
    assert [step for step in range(12) if work.evaluates_at(step)] == list(range(5, 12))


def test_an_unlearnable_mask_is_warned_of_before_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = MaskSpec(mode="prime_residue")
    trial = Small(task=ModularTask(), widths=(127, 251), mask=spec)
    trial.work(tmp_path)
    said = capsys.readouterr().out
    assert "warning: the mask on layer 1 has structural rank 3, below 8" in said
    assert "warning: the mask on layer 2 has structural rank 3, below 8" in said
    dataclasses.replace(trial, mask=MaskSpec(mode="prime_only", layers=(2,))).work(tmp_path)
    assert "warning" not in capsys.readouterr().out


def test_masked_weights_stay_zero_and_the_result_describes_the_mask(tmp_path: Path) -> None:
    spec = MaskSpec(mode="prime_only", layers=(2,))
    trial = Small(widths=WIDE, mask=spec, train=dataclasses.replace(QUICK, steps=30))
    result = train(trial, tmp_path / "run")
    (mask,) = result["masks"]
    assert (mask["layer"], mask["mode"], mask["rows"], mask["columns"]) == (2, "prime_only", 24, 24)
    # 9 primes below 24: 9 full rows and 9 full columns, trimmed to one half.
    assert (mask["weights"], mask["density"], result["density"]) == (288, 0.5, 0.5)
    # one-hots 62 -> 24 -> 24 -> 31, with biases
    assert result["active_parameters"] == 62 * 24 + 24 + 288 + 24 + 24 * 31 + 31
    saved = torch.load(tmp_path / "run/checkpoints/last.pt", weights_only=True)
    weight = saved["model"]["layers.1.weight"]
    assert int((weight != 0).sum()) == 288


def test_the_state_carries_onset_and_pace_over_a_resume(tmp_path: Path) -> None:
    """Evaluated up to step 40, handed over, evaluated on: the verdict of an unbroken run."""
    first, second = Small().work(tmp_path), Small().work(tmp_path)
    with torch.no_grad():
        for step in range(0, 50, 10):
            first.evaluate(step)
    second.load_state(first.state())
    assert second.onset.state() == first.onset.state()
    assert not second.evaluates_at(49)
    assert second.evaluates_at(50)


class StopAfter(StopRequests):
    """A request to stop that comes in the middle of the run."""

    def __init__(self, path: Path, questions: int) -> None:
        super().__init__(path)
        self.questions = questions

    def reason(self) -> str | None:
        self.questions -= 1
        return "stopped" if self.questions < 0 else None


def test_a_stopped_run_continues_exactly_as_an_unbroken_one(tmp_path: Path) -> None:
    trial = Small(train=dataclasses.replace(QUICK, steps=120, batch=100, precision="fp32"))
    whole = train(trial, tmp_path / "whole")
    specs, context = trial.specs(), trial.context(tmp_path / "parts")
    for number, questions in enumerate((37, 44), start=1):
        stop = StopAfter(tmp_path / "stop", questions)
        assert attempt(specs, context, stop, number).reason == "stopped"
    assert attempt(specs, context, StopRequests(tmp_path / "stop"), 3).reason is None
    parts = json.loads((tmp_path / "parts/result.json").read_text())
    assert {name: parts[name] for name in ("step", "test_loss", "train_loss", "onset")} == {
        name: whole[name] for name in ("step", "test_loss", "train_loss", "onset")
    }
    shown = ("step", "train_loss", "train_acc", "test_loss", "test_acc", "lr")
    assert [[row[name] for name in shown] for row in rows(tmp_path / "parts")] == [
        [row[name] for name in shown] for row in rows(tmp_path / "whole")
    ]


def test_it_goes_on_to_the_end_where_onset_shall_not_stop_it(tmp_path: Path) -> None:
    trial = Small(
        onset=OnsetSpec(stop=False, threshold=0.5, hold=0),
        train=dataclasses.replace(QUICK, steps=200),
    )
    assert train(trial, tmp_path / "run")["step"] == 200
    stopped = dataclasses.replace(trial, onset=OnsetSpec(threshold=0.5, hold=0))
    assert train(stopped, tmp_path / "stopped")["step"] < 200


def test_models_without_masks_are_no_obstacle(tmp_path: Path) -> None:
    work = Small(widths=()).work(tmp_path)
    assert work.network is not None
    assert work.network.masks == {}
    assert isinstance(work.specs.model, MlpSpec)
