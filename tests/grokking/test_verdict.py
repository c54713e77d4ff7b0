"""The question, the child that answers it, and the verdict in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mobius_core.analysis.question import Observed, Question, answer, from_json, to_json
from mobius_core.analysis.survival import Wait
from mobius_core.analysis.sweep import answer_to
from mobius_core.analysis.verdict import p_words
from mobius_core.config.trial import Trial
from mobius_core.errors import WorkFailed
from mobius_core.runs.run import Run, State
from mobius_tui.screens.run_words import results

SEEDS = 10


def runs(arm: str, factor: float, *, never: int = 0) -> list[Observed]:
    """Steps 300, 310, … times the factor; the last `never` seeds are watched to 2000 in vain."""
    found = []
    for seed in range(SEEDS):
        came = seed < SEEDS - never
        time = (300 + 10 * seed) * factor if came else 2000
        found.append(Observed(arm, "", seed, Wait(time, came), Wait(time - 100, came)))
    return found


def asked(*arms: list[Observed], planned: int | None = None, **failed: int) -> Question:
    observed = [run for arm in arms for run in arm]
    names = list(dict.fromkeys(run.arm for run in observed))
    return Question(
        experiment="primes",
        compare=tuple((name, names[0]) for name in names[1:]),
        planned=len(observed) if planned is None else planned,
        failed=failed,
        runs=tuple(observed),
    )


def said(question: Question) -> dict[str, Any]:
    return answer_to(question)


def test_a_question_survives_its_trip() -> None:
    question = asked(runs("dense", 1.0, never=2), runs("prime", 1.1), planned=40, prime=3)
    assert from_json(to_json(question)) == question


def test_the_child_answers_as_this_process_does() -> None:
    question = asked(runs("dense", 1.0), runs("prime", 1.3, never=1), planned=25, prime=1)
    assert json.dumps(answer(question)) == json.dumps(said(question))


def test_without_scipy_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scipy.py").write_text("raise ImportError('hidden')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(WorkFailed, match=r"need scipy 1\.11 or newer: pip install"):
        answer(asked(runs("dense", 1.0), runs("prime", 1.0)))


def test_a_difference_has_direction_and_size() -> None:
    later = said(asked(runs("dense", 1.0), runs("prime", 1.25)))["verdict"]
    assert later == ["prime against dense: generalises later, by 25 % of the steps (p .002)"]
    (earlier,) = said(asked(runs("dense", 1.0), runs("prime", 0.8)))["verdict"]
    assert "generalises earlier, by 20 % of the steps" in earlier


def test_no_difference_says_what_would_show_ten_per_cent() -> None:
    mixed = runs("prime", 1.0)
    swung = [
        run._replace(generalised=Wait(run.generalised.time * (1.2 if run.seed % 2 else 0.8), True))
        for run in mixed
    ]
    document = said(asked(runs("dense", 1.0), swung))
    (sentence,) = document["verdict"]
    needed = document["comparisons"][0]["seeds_needed"]
    assert "no difference seen" in sentence
    assert needed > SEEDS
    assert f"to see 10 % takes {needed} seeds a cell, there are {SEEDS}" in sentence


def test_arms_that_never_generalise_are_not_told_apart() -> None:
    (sentence,) = said(asked(runs("a", 1.0, never=SEEDS), runs("b", 1.0, never=SEEDS)))["verdict"]
    assert "nothing tells them apart" in sentence


def test_an_arm_that_mostly_never_groks_is_later_without_a_bound() -> None:
    document = said(asked(runs("dense", 1.0), runs("prime", 1.0, never=8)))
    assert document["verdict"][0].startswith("prime against dense: generalises later")
    (one,) = document["comparisons"]
    assert one["ratio"]["high"] is None
    assert one["holm"] < 0.05


def test_looking_early_and_failed_runs_are_in_view() -> None:
    document = said(asked(runs("dense", 1.0), runs("prime", 1.0), planned=40, prime=2))
    early, failed = document["notes"]
    assert early.startswith("looked at before the end: 20 of 40 trials have a verdict")
    assert failed == "2 failed runs are in no test: prime 2"
    assert document["complete"] is False
    whole = said(asked(runs("dense", 1.0), runs("prime", 1.0)))
    assert (whole["notes"], whole["complete"]) == ([], True)


def test_holm_counts_every_planned_pair() -> None:
    document = said(asked(runs("dense", 1.0), runs("prime", 1.25), runs("anti", 1.0)))
    prime, anti = document["comparisons"]
    assert prime["holm"] == pytest.approx(2 * prime["p"])
    assert (anti["p"], anti["holm"]) == (1.0, 1.0)
    assert "Holm over 2 planned" in document["method"]


def test_curves_have_bands_and_medians_their_limits() -> None:
    (dense, prime) = said(asked(runs("dense", 1.0), runs("prime", 1.0, never=3)))["arms"]
    assert (dense["n"], dense["events"], prime["events"]) == (10, 10, 7)
    assert dense["generalised"]["value"] == 345
    for step in dense["curve"]:
        assert 0 <= step["low"] <= step["share"] <= step["high"] <= 1
    assert dense["curve"][-1]["share"] == pytest.approx(0)
    assert prime["curve"][-1]["share"] == pytest.approx(0.3)


def test_an_experiment_without_arms_has_a_curve_and_no_test() -> None:
    document = said(asked(runs("nanda", 1.0)))
    assert (document["comparisons"], document["verdict"], document["method"]) == ([], [], "")
    assert len(document["arms"][0]["curve"]) == SEEDS


@pytest.mark.parametrize(
    ("p", "words"), [(0.8, "p .80"), (0.0032, "p .003"), (1.0, "p 1.00"), (0.0002, "p < .001")]
)
def test_p_values_in_words(p: float, words: str) -> None:
    assert p_words(p) == words


def test_a_run_says_what_its_evaluations_cost() -> None:
    run = Run(
        id="r",
        folder=Path(),
        trial=Trial(name="t", experiment="e", kind="modular", key="0", seed=0),
        state=State.DONE,
        host="here",
        attempt=1,
        submitted=0.0,
        result={"seconds": 120.0, "eval_seconds": 30.0},
    )
    assert ("evaluating", "30 s, 25 % of the time") in results(run)
