"""`mobius report`: cells beside what was published, corrupted inputs, what is not final."""

from __future__ import annotations

import json
import math
import statistics
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Json, Trial
from mobius_core.runs.facts import Exit
from mobius_core.runs.files import write_json
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from mobius_core.runs.spec import QueuePlace, RunSpec
from mobius_core.runs.submit import make_ids
from mobius_tui.cli.app import make_app

FILE = """
schema = 1
[data.paper]
n = [2, 1e13]
rows = 1000
test = 100
[experiments.mu2]
task = { kind = "arithmetic", target = "mu2", data = "paper" }
train = { steps = 10 }
reference = { paper = { test_acc = 0.7, rows = 10_000 }, notebook = { test_loss = 0.52 } }
[experiments.several]
base = "mu2"
seeds = 3
train = { steps = 11 }
[experiments.study]
task = { kind = "eval", of = "mu2" }
eval = { corrupt = ["random:2"] }
[experiments.study.reference.notebook.mu2]
test_acc   = { true = 0.69, "random:2" = 0.58 }
test_acc_1 = { "random:2" = 0.6977 }
[reports.page]
title = "All of it"
experiments = ["mu2", "several", "study"]
"""


def result(accuracy: float, rows: int = 2500) -> dict[str, Json]:
    return {
        "test_acc": accuracy,
        "test_loss": 0.53,
        "oracle_acc": 0.703,
        "oracle_loss": 0.519,
        "gap": accuracy - 0.703,
        "gap_se": 0.002,
        "loss_gap": 0.011,
        "loss_gap_se": 0.001,
        "rows": rows,
        "best": {"step": 5, "test_acc": accuracy + 0.01},
        "classes": [
            {"value": 0, "rows": 900, "accuracy": 0.5},
            {"value": 1, "rows": 1600, "accuracy": 0.8},
        ],
        "device": "cpu",
        "precision": "fp32",
    }


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "experiments.toml").write_text(FILE)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mobius_lab"


def trials(name: str) -> tuple[Trial, ...]:
    return expand(load(Path("experiments.toml")), name)


def put(home: Path, trial: Trial, found: dict[str, Json] | None, reason: str = "done") -> None:
    """A run that has ended."""
    lab = Lab(home)
    lab.runs_dir.mkdir(parents=True, exist_ok=True)
    (run_id,) = make_ids(lab, [trial], 10**18)
    folder = lab.folder(run_id)
    folder.attempt(1).path.mkdir(parents=True)
    place = QueuePlace(submitted_ns=10**18, seq=0, priority=0)
    RunSpec(id=run_id, sweep=run_id, queue=place, host="h", after=(), trial=trial).write(
        folder.spec
    )
    write_json(folder.env, {"commit": "c0ffee", "host": "h"})
    write_json(folder.attempt(1).exit, Exit(reason=State(reason), t=1e9, rc=0).to_json())
    if found is not None:
        write_json(folder.result, found)


# Any: what a command prints is known by looking.
def document(name: str = "page") -> dict[str, Any]:
    told = CliRunner().invoke(make_app(), ["report", name, "--json"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert isinstance(found, dict)
    return found


def test_a_run_has_the_error_of_its_rows(home: Path) -> None:
    put(home, trials("mu2")[0], result(0.71))
    cell = document()["cells"][0]
    assert (cell["name"], cell["planned"], cell["done"]) == ("mu2", 1, 1)
    error = math.sqrt(0.71 * 0.29 / 2500)
    assert cell["accuracy"] == {"value": 0.71, "se": pytest.approx(error), "runs": 1}
    assert cell["gap"] == {"value": pytest.approx(0.007), "se": 0.002, "runs": 1}
    assert cell["best"] == pytest.approx(0.72)
    assert (cell["oracle_accuracy"], cell["oracle_cross_entropy"]) == (0.703, 0.519)
    assert cell["published"] == {
        "paper": {"test_acc": 0.7, "rows": 10_000},
        "notebook": {"test_loss": 0.52},
    }


def test_several_seeds_have_the_error_between_them(home: Path) -> None:
    values = [0.70, 0.71, 0.74]
    for trial, value in zip(trials("several"), values, strict=True):
        put(home, trial, result(value))
    cell = document()["cells"][1]
    assert (cell["done"], cell["planned"], cell["accuracy"]["runs"]) == (3, 3, 3)
    assert cell["accuracy"]["value"] == pytest.approx(statistics.mean(values))
    assert cell["accuracy"]["se"] == pytest.approx(statistics.stdev(values) / math.sqrt(3))


def test_only_runs_of_present_trials_count_and_the_rest_is_said(home: Path) -> None:
    first, second, _ = trials("several")
    put(home, first, result(0.7))
    put(home, second, None, reason="failed")
    (old,) = expand(load(Path("experiments.toml")), "mu2", ["train.steps=9"])
    put(home, old, result(0.99))
    page = document()
    assert page["complete"] is False
    said = " ".join(page["cautions"])
    assert "mu2: 0 of 1 trials done" in said
    assert "several: 1 of 3 trials done" in said
    assert "several/s1 is failed" in said
    assert page["cells"][0]["accuracy"] is None
    assert page["cells"][1]["failed"] == 1


def test_corrupted_inputs_beside_the_published_and_the_ideal(home: Path) -> None:
    (trial,) = trials("study")
    corrupted: Json = {**result(0.57), "inputs": "random:2", "oracle_acc": 0.504}
    put(home, trial, {**result(0.70), "corrupt": [corrupted]})
    whole, random = document()["corrupted"]
    assert (whole["experiment"], whole["inputs"]) == ("mu2", "true")
    assert whole["published"] == {"notebook": {"test_acc": 0.69}}
    assert (random["inputs"], random["accuracy"]["value"]) == ("random:2", 0.57)
    assert random["ideal_accuracy"] == 0.504
    assert random["published"] == {"notebook": {"test_acc": 0.58, "test_acc_1": 0.6977}}
    assert random["classes"]["1"]["se"] == pytest.approx(math.sqrt(0.8 * 0.2 / 1600))


def test_a_cell_of_two_precisions_is_named(home: Path) -> None:
    for trial, precision in zip(trials("several"), ["fp32", "bf16", "fp32"], strict=True):
        put(home, trial, {**result(0.7), "precision": precision})
    said = " ".join(document()["cautions"])
    assert "several mixes precisions: " in said
    assert "mixes devices" not in said


def test_the_table_shows_ours_and_theirs(home: Path) -> None:
    put(home, trials("mu2")[0], result(0.7105))
    (trial,) = trials("study")
    put(home, trial, {**result(0.70), "corrupt": [{**result(0.57), "inputs": "random:2"}]})
    told = CliRunner().invoke(make_app(), ["report", "page"])
    for words in ("71.05 ± 0.91 %", "70.00 ± 0.46 %", "+0.75 ± 0.20 pt", "+0.0110 ± 0.0010"):
        assert words in told.stdout
    assert "80.00 (69.77)" in told.stdout
    assert "several: 0 of 3 trials done, so not final" in told.stderr


def test_a_report_of_one_experiment_needs_no_table(home: Path) -> None:
    put(home, trials("mu2")[0], result(0.71))
    assert document("mu2")["complete"] is True
    told = CliRunner().invoke(make_app(), ["report", "papre"])
    assert "papre" in str(told.exception)
