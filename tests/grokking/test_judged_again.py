"""Another threshold on runs that are over."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from mobius_core.analysis.judged_again import judged_again
from mobius_core.config.trial import Trial
from mobius_core.metrics.write import MetricsWriter
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.run import Run, State
from tests.grokking.trials import Small, train


def over(folder: Path, state: State = State.DONE) -> Run:
    return Run(
        id="r",
        folder=folder,
        trial=Trial(name="t", experiment="e", kind="modular", key="0", seed=0),
        state=state,
        host="here",
        attempt=1,
        submitted=0.0,
        result=json.loads(RunFolder(folder).result.read_text()),
    )


def test_the_same_rule_gives_the_same_verdict(tmp_path: Path) -> None:
    """A real run: what its child decided on the way is what its rows say afterwards."""
    result = train(Small(), tmp_path)
    assert result["onset"]["class"] == "grokked"
    again = judged_again(over(tmp_path), 0.99, 50).result
    assert again == result
    earlier = judged_again(over(tmp_path), 0.5, 0).result
    assert earlier is not None
    assert isinstance(earlier["onset"], dict)
    assert earlier["onset"]["generalised"] < result["onset"]["generalised"]


def test_what_a_run_was_not_watched_for_is_censored(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path / "metrics.jsonl", 1)
    for step in range(0, 200, 10):
        writer.row(step, train_acc=1.0, test_acc=0.97 if step >= 100 else 0.1)
    writer.row(205, train_loss=0.1)  # rows without accuracies are none of its business
    writer.close()
    onset = {"class": "grokked", "generalised": 100}
    (tmp_path / "result.json").write_text(json.dumps({"onset": onset}))
    strict = judged_again(over(tmp_path), 0.99, 50).result
    assert strict is not None
    assert strict["onset"] == {
        "class": "memorised_only",
        "memorised": 0,
        "generalised": None,
        "delay": None,
        "spacing": None,
        "censored_at": 190,
    }
    running = dataclasses.replace(over(tmp_path), state=State.RUNNING)
    assert judged_again(running, 0.99, 50) == running
