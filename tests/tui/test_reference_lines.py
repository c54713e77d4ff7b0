"""What a chart of accuracy is compared with, while a run goes on and once it has ended."""

from __future__ import annotations

from pathlib import Path

from mobius_core.config.trial import Json, Trial, in_per_cent
from mobius_core.runs.run import Run, State
from mobius_tui.screens.run_charts import Curves, references
from mobius_tui.screens.run_reader import RunData

PUBLISHED: Json = {"paper": {"test_acc": 0.7}}
CURVES = {"test_acc": ([0, 5], [0.5, 0.6]), "base_rate": ([0, 5], [0.55, 0.55])}


def run(result: dict[str, Json] | None) -> Run:
    return Run(
        id="x",
        folder=Path("x"),
        trial=Trial(
            name="x/s0", experiment="x", kind="arithmetic", key="0", seed=0,
            text={"reference": PUBLISHED},
        ),
        state=State.RUNNING if result is None else State.DONE,
        host="here",
        attempt=1,
        submitted=0.0,
        result=result,
    )  # fmt: skip


def test_the_base_rate_is_a_line_from_the_first_evaluation_on() -> None:
    lines = {one.label: one.y for one in references(run(None), "accuracy", CURVES)}
    assert lines == {"base rate": 0.55, "paper": 0.7}
    result: dict[str, Json] = {"base_rate": 0.55, "oracle_acc": 0.72, "oracle_loss": 0.5}
    lines = {one.label: one.y for one in references(run(result), "accuracy", CURVES)}
    assert lines == {"oracle": 0.72, "base rate": 0.55, "paper": 0.7}
    assert [one.label for one in references(run(result), "loss", CURVES)] == ["oracle"]
    assert [one.label for one in references(run(None), "accuracy", {})] == ["paper"]


def test_a_target_without_an_oracle_has_no_such_line() -> None:
    result: dict[str, Json] = {"base_rate": 0.5, "oracle_acc": None, "oracle_loss": None}
    labels = [one.label for one in references(run(result), "accuracy", {})]
    assert labels == ["base rate", "paper"]


def test_the_base_rate_is_no_curve() -> None:
    curves = Curves()
    curves.follow(RunData(CURVES, ()))
    assert [one.title for one in curves.groups()] == ["accuracy"]
    assert [one.name for one in curves.groups()[0].series] == ["test_acc"]


def test_a_gap_is_drawn_in_points_as_the_accuracies_that_it_parts() -> None:
    assert in_per_cent("arithmetic", "gap")
    assert in_per_cent("eval", "oracle_acc")
    assert not in_per_cent("arithmetic", "test_loss")
    assert not in_per_cent("modular", "test_acc")
