"""Evaluating finished runs: the kind `eval`, and the program behind `mobius eval`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mobius_core.config import expand, project
from mobius_core.config.trial import Json
from mobius_core.data.version import SIEVE_VERSION
from mobius_core.errors import MobiusError, NotFound, Refused, UsageError, WorkFailed
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.spec import QueuePlace, RunSpec
from mobius_core.runs.verdict import TEMPORARY_FAILURE
from mobius_core.training import child
from mobius_core.training.evaluate import judge
from mobius_core.training.spec import EvalSpec, ResourcesSpec
from mobius_core.training.work import nobody_asks
from mobius_tui.cli.app import make_app
from tests.training.arithmetic_runs import EXPERIMENTS, Lab, environment, new_lab, read, rows
from tests.training.test_child import SMALL_INT2INT, stopping_after

STUDY = """
[experiments.study]
task = { kind = "eval", of = "small" }
eval = { corrupt = ["only:2,3", "random:2"], importance = true }
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab in which `small` is done, as its runner would leave it."""
    lab = new_lab(tmp_path_factory.mktemp("evaluated"))
    lab.file.write_text(EXPERIMENTS + STUDY)
    finish(lab.make("small-run"))
    return lab


def finish(folder: RunFolder) -> None:
    assert child.main([str(folder.path)]) == 0
    write_json(folder.attempt(1).exit, {"rc": 0, "signal": None, "reason": "done", "t": 1.0})


def study(lab: Lab, name: str) -> RunFolder:
    (trial,) = expand.expand(project.load(lab.file), "study")
    folder = RunFolder(lab.home / "runs" / name)
    folder.control.mkdir(parents=True)
    folder.attempt(1).path.mkdir(parents=True)
    place = QueuePlace.now()
    RunSpec(id=name, sweep="", queue=place, host="here", after=(), trial=trial).write(folder.spec)
    return folder


def test_an_evaluation_repeats_the_figures_of_its_training_and_adds_to_them(trained: Lab) -> None:
    failed = trained.make("small-run-that-failed")
    write_json(failed.attempt(1).exit, {"rc": 1, "signal": None, "reason": "failed", "t": 2.0})
    folder = study(trained, "study-run")
    assert child.main([str(folder.path)]) == 0
    found, before = read(folder.result), read(trained.home / "runs/small-run/result.json")
    same = ("test_acc", "test_loss", "oracle_acc", "gap", "gap_se", "confusion", "parameters")
    assert {key: found[key] for key in same} == {key: before[key] for key in same}
    assert (found["kind"], found["step"]) == ("eval", 20)
    assert found["of"] == {"trial": "small/s0", "run": "small-run"}
    assert [one["inputs"] for one in found["corrupt"]] == ["only:2,3", "random:2"]
    for one in found["corrupt"]:
        assert one["gap"] == pytest.approx(one["test_acc"] - one["oracle_acc"])
    assert found["corrupt"][1]["oracle_acc"] < found["oracle_acc"] - 0.1, "it believes the residues"
    assert len(found["importance"]) == 10
    (row,) = rows(folder)
    assert (row["step"], row["test_acc"]) == (20, found["test_acc"])


def test_what_is_not_trained_cannot_be_evaluated(trained: Lab) -> None:
    spec = RunSpec.read(trained.home / "runs/small-run/spec.json")
    assert spec is not None
    folder = study(trained, "study-of-nothing")
    own = RunSpec.read(folder.spec)
    assert own is not None
    nobody: Json = {"name": "small/s9", "key": "0" * 16}
    of_nobody = replace(own.trial, tables={**own.trial.tables, "trial": nobody})
    replace(own, trial=of_nobody).write(folder.spec)
    assert child.main([str(folder.path)]) == NotFound.exit_code
    verdict = read(folder.attempt(1).verdict)
    assert verdict["reason"] == "io"
    assert "no run of small/s9 is done" in verdict["message"]


def test_a_stopped_evaluation_begins_anew(trained: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    transformer = trained.make("transformer", *SMALL_INT2INT)
    finish(transformer)
    folder = study(trained, "study-stopped")
    spec, of = RunSpec.read(folder.spec), RunSpec.read(transformer.spec)
    assert spec is not None
    assert of is not None
    other: Json = {"name": of.trial.name, "key": of.trial.key}
    of_other = replace(spec.trial, tables={**spec.trial.tables, "trial": other})
    replace(spec, trial=of_other).write(folder.spec)
    with monkeypatch.context() as patch:
        patch.setattr(child, "StopRequests", stopping_after(12))
        assert child.main([str(folder.path)]) == TEMPORARY_FAILURE
    assert read(folder.attempt(1).verdict)["reason"] == "stopped"
    assert not folder.result.exists()
    folder.attempt(2).path.mkdir()
    assert child.main([str(folder.path)]) == 0
    assert read(folder.result)["test_loss"] == read(transformer.result)["test_loss"]


def asked(lab: Lab, *words: str) -> Any:
    """`mobius eval … --json` in this process, its child in another."""
    arguments = ["eval", *words, "--home", str(lab.home), "--file", str(lab.file), "--json"]
    found = CliRunner().invoke(make_app(), arguments)
    if isinstance(found.exception, MobiusError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_mobius_eval_says_everything_at_once(trained: Lab) -> None:
    document = asked(
        trained, "small-run", "--corrupt", "random:3", "--show-errors", "3", "--importance"
    )
    (found,) = document["evaluations"]
    before = read(trained.home / "runs/small-run/result.json")
    assert found["test_acc"] == before["test_acc"]
    assert found["corrupt"][0]["inputs"] == "random:3"
    first, *others = found["errors"]
    assert len(others) == 2
    for one in found["errors"]:
        assert one["truth"] != one["answer"]
        squarefree = all(power == 1 for _, power in one["factors"])
        assert one["truth"] == int(squarefree)
        n = 1
        for p, power in one["factors"]:
            n *= p**power
        assert n == one["n"]
        assert one["probabilities"][str(one["answer"])] > 0.5
        assert sum(one["oracle"].values()) == pytest.approx(1)
    surest = [one["probabilities"][str(one["answer"])] for one in found["errors"]]
    assert surest == sorted(surest, reverse=True)
    assert first["divides"] == [p for p, _ in first["factors"] if p < 30]
    kept = read(RunFolder(trained.home / "runs/small-run").evaluation)
    assert kept["errors"] == found["errors"]


def test_tables_for_people(trained: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOBIUS_HOME", str(tmp_path))  # --home wins, in the child too
    arguments = ["--home", str(trained.home), "--file", str(trained.file), "--rows", "300"]
    found = CliRunner().invoke(make_app(), ["eval", "small-run", *arguments, "--show-errors", "1"])
    assert found.exit_code == 0, found.output
    for words in ("as they are", "squarefree n", "by class", "calibration: expected", "surest"):
        assert words in found.stdout
    assert " 300 " in found.stdout


def test_mistakes_are_one_sentence_with_its_code(trained: Lab) -> None:
    with pytest.raises(UsageError, match="--device gpu"):
        asked(trained, "small-run", "--device", "gpu")
    with pytest.raises(UsageError, match="only:2,3"):
        asked(trained, "small-run", "--corrupt", "all:2")
    queued = trained.make("queued")
    queued.attempt(1).path.rmdir()
    with pytest.raises(Refused, match="wait for its end"):
        asked(trained, "queued")
    lacking = trained.make("lacking")
    write_json(lacking.attempt(1).exit, {"rc": 0, "signal": None, "reason": "done", "t": 1.0})
    with pytest.raises(NotFound, match="only trained runs are evaluated"):
        asked(trained, "lacking")


def test_another_model_and_another_sieve_are_named(tmp_path: Path) -> None:
    lab = new_lab(tmp_path)
    small = lab.make("small-run")
    finish(small)
    large = lab.make("large-run", "model.widths=[48]")
    large.checkpoints.mkdir()
    shutil.copy(small.checkpoints / "last.pt", large.checkpoints)
    with pytest.raises(WorkFailed, match="is a checkpoint of another model"):
        judge(large, EvalSpec(), ResourcesSpec(), nobody_asks)
    (manifest,) = lab.home.glob("data/rows-*/manifest.json")
    write_json(manifest, {**read(manifest), "sieve": SIEVE_VERSION + 1})
    with pytest.raises(Refused, match=f"built by version {SIEVE_VERSION + 1} of the sieve"):
        judge(small, EvalSpec(), ResourcesSpec(), nobody_asks)


def test_the_command_imports_no_torch() -> None:
    script = (
        "import sys; from mobius_tui.cli import evaluate, evaluation_tables; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'numpy')))"
    )
    arguments: Sequence[str] = [sys.executable, "-c", script]
    assert subprocess.run(arguments, env=environment(), check=False).returncode == 0
