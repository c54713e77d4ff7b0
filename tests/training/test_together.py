"""One training by several processes, and batches gone through in pieces: the same run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from mobius_core.runs.folder import RunFolder
from mobius_core.training import child
from mobius_core.training.checkpoint import read
from tests.training.arithmetic_runs import Lab, environment, rows
from tests.training.arithmetic_runs import child as child_of
from tests.training.arithmetic_runs import read as document
from tests.training.test_child import SMALL_INT2INT

PATIENCE = 120.0
WITHOUT_CHANCE = "model.dropout=0"


def together(folder: RunFolder, processes: int, attempt: int = 1) -> subprocess.Popen[bytes]:
    """As a runner starts it: torchrun on this machine."""
    (folder.attempt(attempt).path).mkdir(exist_ok=True)
    argv = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    with folder.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *argv, "-m", "mobius_core.training.child", str(folder.path)],
            env={**environment(), "MOBIUS_ATTEMPT": str(attempt)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def ended(process: subprocess.Popen[bytes], folder: RunFolder) -> int:
    code = process.wait(PATIENCE)
    print(folder.log.read_text())
    return code


def alone(folder: RunFolder) -> None:
    assert child.main([str(folder.path)]) == 0


def weights(folder: RunFolder) -> dict[str, torch.Tensor]:
    model: dict[str, torch.Tensor] = read(folder.checkpoints / "last.pt")["model"]
    return model


def assert_same_run(one: RunFolder, other: RunFolder) -> None:
    """The same but for the order in which sums were taken."""
    for name, tensor in weights(one).items():
        torch.testing.assert_close(weights(other)[name], tensor, rtol=1e-4, atol=1e-5)
    ours, theirs = rows(one), rows(other)
    assert len(ours) == len(theirs)
    for row, same in zip(ours, theirs, strict=True):
        assert same["step"] == row["step"]
        for name in ("train_loss", "test_loss"):
            if name in row:
                assert same[name] == pytest.approx(row[name], rel=1e-4)


def test_pieces_of_a_batch_have_its_gradient(lab: Lab) -> None:
    whole = lab.make("in-one-piece", WITHOUT_CHANCE)
    pieces = lab.make("pieces", WITHOUT_CHANCE, "train.accumulate=3")
    alone(whole)
    alone(pieces)
    assert_same_run(whole, pieces)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++ here: apt-get install g++")
def test_a_compiled_model_is_the_same_model(lab: Lab) -> None:
    """Also in its checkpoint, which an uncompiled one resumes from."""
    eager = lab.make("eager", WITHOUT_CHANCE)
    compiled = lab.make("compiled", WITHOUT_CHANCE, "train.compile=on")
    alone(eager)
    with child_of(compiled) as process:
        assert ended(process, compiled) == 0
    assert "compiled by torch.compile" in compiled.log.read_text()
    assert weights(eager).keys() == weights(compiled).keys()
    assert_same_run(eager, compiled)


def test_more_pieces_than_rows_is_a_mistake_of_the_file(lab: Lab) -> None:
    folder = lab.make("crumbs", "train.accumulate=1000")
    assert child.main([str(folder.path)]) == 2
    assert "train.accumulate = 1000" in document(folder.attempt(1).verdict)["message"]


def test_two_processes_are_the_same_run_as_one(lab: Lab) -> None:
    """255 rows of a batch: 127 of one process and 128 of the other, each in two pieces."""
    changes = (WITHOUT_CHANCE, "train.batch=255")
    one = lab.make("one", *changes)
    two = lab.make("two", *changes, "train.accumulate=2")
    process = together(two, 2)
    alone(one)
    assert ended(process, two) == 0
    assert_same_run(one, two)
    ours, theirs = document(one.result), document(two.result)
    assert theirs["test_acc"] == pytest.approx(ours["test_acc"], abs=2e-3)
    log = two.log.read_text()
    assert log.count("done after 20 steps") == 1
    assert log.count("step      20") == 1
    assert "Error" not in log
    assert "Warning" not in log


@pytest.mark.slow
def test_two_processes_stop_and_go_on_together(lab: Lab) -> None:
    """With dropout: each process has its own random numbers, and has them again."""
    changes = ("train.steps=900", "eval.every=450", "save.every=100")
    folder = lab.make("stopped", *changes)
    process = together(folder, 2)
    seen = first_file(folder, "step-000000100.pt")
    assert seen, folder.log.read_text()
    (folder.control / "stop").touch()
    os.kill(process.pid, signal.SIGTERM)
    assert ended(process, folder) != 0
    assert document(folder.attempt(1).verdict)["reason"] == "stopped"
    (folder.control / "stop").unlink()
    stopped: dict[str, Any] = read(folder.checkpoints / "last.pt")
    assert 100 <= stopped["step"] < 900
    assert {"cpu", "cpu.1"} <= stopped["random"].keys()
    assert not torch.equal(stopped["random"]["cpu"], stopped["random"]["cpu.1"])
    assert ended(together(folder, 2, attempt=2), folder) == 0
    whole = lab.make("unbroken", *changes)
    assert ended(together(whole, 2), whole) == 0
    assert_same_run_exactly(whole, folder)


def assert_same_run_exactly(one: RunFolder, other: RunFolder) -> None:
    for name, tensor in weights(one).items():
        assert torch.equal(weights(other)[name], tensor), name


def first_file(folder: RunFolder, name: str) -> Path | None:
    """Poll for a checkpoint."""
    deadline = time.monotonic() + PATIENCE
    path = folder.checkpoints / name
    while time.monotonic() < deadline:
        if path.exists():
            return path
        time.sleep(0.01)
    return None


@pytest.mark.slow
def test_what_fails_in_one_process_is_the_verdict_of_the_run(lab: Lab) -> None:
    folder = lab.make("diverges", "train.lr=1e30", "train.clip=none", "train.warmup=0")
    assert ended(together(folder, 2), folder) != 0
    assert document(folder.attempt(1).verdict)["reason"] == "nan"


@pytest.mark.slow
def test_a_stop_within_an_evaluation_ends_all_processes(lab: Lab) -> None:
    """The first one alone evaluates and sees the request; the others wait for what it found."""
    folder = lab.make("stopped-within", *SMALL_INT2INT, WITHOUT_CHANCE)
    (folder.control / "stop").touch()
    assert ended(together(folder, 2), folder) != 0
    verdict = document(folder.attempt(1).verdict)
    assert (verdict["reason"], verdict["message"]) == ("stopped", "stopped after step 0")
    (folder.control / "stop").unlink()
    assert ended(together(folder, 2, attempt=2), folder) == 0
    evaluated = [row["step"] for row in rows(folder) if "test_acc" in row]
    assert evaluated == [0, 10, 20], "the one cut short is made up for"
