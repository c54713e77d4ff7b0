"""The training child from spec.json to result.json, and every way it may end."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch

from mobius_core.runs.folder import RunFolder
from mobius_core.runs.stopping import StopRequests
from mobius_core.runs.verdict import TEMPORARY_FAILURE
from mobius_core.training import checkpoint as checkpoints
from mobius_core.training import child
from mobius_core.training.arithmetic import Arithmetic
from mobius_core.training.prepare import prepare
from tests.training import arithmetic_runs
from tests.training.arithmetic_runs import Lab, read, rows

RESULT_KEYS = {
    "kind", "step", "test_acc", "test_loss", "oracle_acc", "oracle_loss", "gap", "gap_se",
    "loss_gap", "loss_gap_se", "base_rate", "rows", "best", "seconds", "cpu_seconds",
    "eval_seconds", "parameters", "device", "precision", "corrupt", "classes", "confusion",
    "calibration", "squarefree",
}  # fmt: skip


def run(folder: RunFolder) -> int:
    return child.main([str(folder.path)])


def arithmetic(folder: RunFolder) -> Arithmetic:
    work = prepare(folder, 1).work
    assert isinstance(work, Arithmetic)
    return work


def weights(folder: RunFolder, name: str = checkpoints.LAST) -> dict[str, torch.Tensor]:
    saved = torch.load(folder.checkpoints / name, weights_only=True)
    model: dict[str, torch.Tensor] = saved["model"]
    return model


def test_a_run_leaves_rows_checkpoints_and_a_result(
    lab: Lab, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = lab.make("whole", "save.every=10")
    assert run(folder) == 0
    result = read(folder.result)
    assert result.keys() == RESULT_KEYS
    assert (result["kind"], result["step"], result["rows"]) == ("arithmetic", 20, 1000)
    assert (result["device"], result["precision"]) == ("cpu", "fp32")
    # 4 values of each residue of 2, 3, … 29 (sum 129), 10 x 4 inputs to 32 units, 2 classes
    assert result["parameters"] == 129 * 4 + (40 + 1) * 32 + (32 + 1) * 2
    assert result["cpu_seconds"] > 0
    assert 0 < result["eval_seconds"] < result["seconds"]
    evaluated = [row for row in rows(folder) if "test_acc" in row]
    assert [row["step"] for row in evaluated] == [0, 10, 20]
    assert {"oracle_acc", "oracle_loss", "gap", "lr", "train_loss", "train_acc"} <= set(
        evaluated[1]
    )
    assert {row["base_rate"] for row in evaluated} == {result["base_rate"]}
    assert evaluated[-1]["test_acc"] == result["test_acc"]
    best = max(evaluated, key=lambda row: (row["test_acc"], -row["test_loss"]))
    assert result["best"]["step"] == best["step"]
    assert sorted(path.name for path in folder.checkpoints.iterdir()) == [
        "best.pt", "last.pt", "step-000000010.pt", "step-000000020.pt",
    ]  # fmt: skip
    *lines, end = capfd.readouterr().out.splitlines()
    last = next(i for i, line in enumerate(lines) if line.startswith("step      20"))
    assert "test" in lines[last]
    assert [line.split(" ")[0] for line in lines[last + 1 :]] == [
        "class", "class", "squarefree", "calibration:",
    ]  # fmt: skip
    assert end.endswith(f"of these {result['eval_seconds']:.1f} s in evaluations")


def test_a_model_that_learns_nothing_is_evaluated_once(
    lab: Lab, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = lab.make("crt", "model.name=crt", "save.at=log")
    assert run(folder) == 0
    result = read(folder.result)
    assert result.keys() == {*RESULT_KEYS, "standing"}
    assert result["standing"] == "upper reference, never learned"
    assert (result["step"], result["parameters"]) == (0, 0)
    assert [row["step"] for row in rows(folder)] == [0]
    # Beyond 541^2 only multiples of 547^2 and 557^2 have other squares: 547^2 x 3 < 10^6.
    assert result["test_acc"] > 0.999 > result["oracle_acc"]
    assert "crt: upper reference, never learned" in capfd.readouterr().out


GOLDEN = [0.72097, 0.69491, 0.66984, 0.65967]
"""Training loss after 1, 6, 11 and 16 steps in fp32."""


def test_twenty_steps_are_what_they_were(lab: Lab) -> None:
    """A change of data, order, initialisation, optimiser or schedule shows here first."""
    folder = lab.make("golden")
    assert run(folder) == 0
    losses = [row["train_loss"] for row in rows(folder) if "train_loss" in row]
    assert losses[0] == pytest.approx(math.log(2), abs=0.05)
    assert losses[::5] == pytest.approx(GOLDEN, abs=2e-4)


@pytest.mark.parametrize("data", ["rows", "fresh"])
def test_resumed_equals_unbroken_bit_for_bit(
    lab: Lab, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbroken = lab.make(f"unbroken-{data}", f'task.data="{data}"')
    assert run(unbroken) == 0

    broken = lab.make(f"broken-{data}", f'task.data="{data}"')
    with monkeypatch.context() as patch:
        patch.setattr(child, "StopRequests", stopping_after(7))
        assert run(broken) == TEMPORARY_FAILURE
    assert read(broken.attempt(1).verdict) == {
        "reason": "stopped", "message": "stopped after step 7"
    }  # fmt: skip
    assert not broken.result.exists()

    broken.attempt(2).path.mkdir()
    torch.manual_seed(999)  # whatever the process did before must not matter
    assert run(broken) == 0
    for name, tensor in weights(unbroken).items():
        assert torch.equal(tensor, weights(broken)[name]), name
    last, saved = (
        checkpoints.load(folder.checkpoints / checkpoints.LAST) for folder in (unbroken, broken)
    )
    assert torch.equal(last.random["cpu"], saved.random["cpu"])
    assert all(torch.equal(saved.optimizer[name], last.optimizer[name]) for name in last.optimizer)
    timeless = [
        [{k: v for k, v in row.items() if k not in ("t", "attempt")} for row in rows(folder)]
        for folder in (unbroken, broken)
    ]
    assert timeless[0] == timeless[1]


def stopping_after(looks: int) -> Callable[..., StopRequests]:
    """Stop requests that come true at the given look."""

    class Counted(StopRequests):
        looked = 0

        def listen(self) -> None:
            """The test's own process keeps its handlers."""

        def reason(self) -> str | None:
            self.looked += 1
            return "stopped" if self.looked > looks else None

    return Counted


SMALL_INT2INT = [
    'model.name="int2int"', "model.dim=16", "model.heads=2", "model.encoder_layers=1",
    "model.decoder_layers=1", "model.ffn=16", "model.dropout=0.1", "train.batch=32",
]  # fmt: skip
"""Evaluates 1,000 rows in 63 pieces of 16."""
LOOKS = 62
"""for a stop, between them"""


@pytest.mark.parametrize(
    ("looks", "step"), [(3, 0), (LOOKS + 10 + 3, 10), (2 * LOOKS + 20 + 5, 20)]
)
def test_a_stop_within_an_evaluation_costs_nothing(
    lab: Lab, looks: int, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first, a middle and the last evaluation: obeyed at once, and made up for."""
    unbroken = lab.make(f"unbroken-evaluation-{looks}", *SMALL_INT2INT)
    assert run(unbroken) == 0
    broken = lab.make(f"broken-evaluation-{looks}", *SMALL_INT2INT)
    with monkeypatch.context() as patch:
        patch.setattr(child, "StopRequests", stopping_after(looks))
        assert run(broken) == TEMPORARY_FAILURE
    message = read(broken.attempt(1).verdict)["message"]
    assert message == f"stopped after step {step}"
    broken.attempt(2).path.mkdir()
    assert run(broken) == 0
    assert read(broken.result)["test_loss"] == read(unbroken.result)["test_loss"]
    timeless = [
        [{k: v for k, v in row.items() if k not in ("t", "attempt")} for row in rows(folder)]
        for folder in (unbroken, broken)
    ]
    assert timeless[0] == timeless[1]


def test_a_run_that_lost_its_result_finds_it_again(lab: Lab) -> None:
    """Killed between the last checkpoint and result.json: nothing is trained twice."""
    folder = lab.make("lost", 'eval.corrupt=["only:2,3"]')
    assert run(folder) == 0
    before, model = read(folder.result), weights(folder)
    folder.result.unlink()
    folder.attempt(2).path.mkdir()
    assert run(folder) == 0
    after = read(folder.result)
    assert after["seconds"] > before["seconds"]
    for document in (before, after):
        del document["seconds"], document["cpu_seconds"], document["eval_seconds"]
    assert before == after
    assert all(torch.equal(tensor, weights(folder)[name]) for name, tensor in model.items())
    (corrupted,) = after["corrupt"]
    assert corrupted["inputs"] == "only:2,3"
    assert corrupted["test_loss"] != after["test_loss"]


def test_training_and_test_rows_share_no_number(lab: Lab) -> None:
    for data in ("rows", "fresh"):
        folder = lab.make(f"disjoint-{data}", f'task.data="{data}"')
        work = arithmetic(folder)
        held_out = set(work.test.n.tolist())
        trained = np.concatenate([work.supply.at(step).n for step in range(work.steps)])
        assert not held_out & set(trained.tolist())
        assert len(held_out) == 1000


def test_the_gap_and_its_error_are_paired(lab: Lab) -> None:
    folder = lab.make("gap")
    assert run(folder) == 0
    result = read(folder.result)
    work = arithmetic(folder)
    work.model.load_state_dict(weights(folder))
    work.model.eval()
    with torch.no_grad():
        logits = work.model(torch.from_numpy(work.inputs.tokens(work.test.n)).long())
    ours = (logits.argmax(1).numpy() == work.test.labels).astype(float)
    n = work.test.n.astype(float)[:, None]
    p = np.array([2.0, 3, 5, 7, 11, 13, 17, 19, 23, 29])
    free = (np.where(n % p == 0, 1 - 1 / p, 1 - 0 / p) / (1 - p**-2)).prod(1) * 6 / math.pi**2
    theirs = ((free > 0.5) == work.test.labels).astype(float)
    assert result["oracle_acc"] == pytest.approx(theirs.mean())
    assert result["gap"] == pytest.approx((ours - theirs).mean())
    assert result["gap_se"] == pytest.approx(np.std(ours - theirs, ddof=1) / math.sqrt(1000))
    assert result["base_rate"] == pytest.approx(
        max(work.test.labels.mean(), 1 - work.test.labels.mean())
    )


def test_a_nan_ends_the_run_and_overwrites_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lab.make("nan", "train.lr=1e30")
    with monkeypatch.context() as patch:
        patch.setattr(child, "StopRequests", stopping_after(0))
        assert run(folder) == TEMPORARY_FAILURE
    before = {path: path.read_bytes() for path in folder.checkpoints.iterdir()}
    folder.attempt(2).path.mkdir()
    assert run(folder) == 1
    verdict = read(folder.attempt(2).verdict)
    assert verdict["reason"] == "nan"
    assert "train.lr" in verdict["message"]
    assert {path: path.read_bytes() for path in folder.checkpoints.iterdir()} == before
    assert not folder.result.exists()
    assert rows(folder)[-1]["train_loss"] is None
    assert rows(folder)[-1]["nonfinite"] == ["train_loss"]


def test_want_of_memory_has_its_own_verdict(lab: Lab) -> None:
    folder = lab.make("oom", "model.widths=[1000000000000]")
    assert run(folder) == 1
    verdict = read(folder.attempt(1).verdict)
    assert verdict["reason"] == "oom"
    assert "can't allocate memory" in verdict["message"]


def test_a_child_never_imports_dynamo(lab: Lab) -> None:
    """torch.optim would: 1.2 CPU s in every run."""
    folder = lab.make("imports")
    script = (
        "import sys; from mobius_core.training import child; code = child.main(sys.argv[1:]); "
        "sys.exit(code or ('torch._dynamo' in sys.modules) or ('torch' not in sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(folder.path)],
        env=arithmetic_runs.environment(),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout


def test_a_checkpoint_of_another_model_is_refused_in_one_sentence(lab: Lab) -> None:
    small = lab.make("small-model")
    large = lab.make("large-model", "model.widths=[48]")
    assert run(small) == 0
    large.checkpoints.mkdir()
    (large.checkpoints / "last.pt").write_bytes((small.checkpoints / "last.pt").read_bytes())
    assert run(large) == 1
    message = read(large.attempt(1).verdict)["message"]
    assert "another model" in message
    assert "layers.0.weight is 32x40 in it, 48x40 here" in message
    assert not large.result.exists()


def test_a_checkpoint_of_another_optimiser_is_refused_in_one_sentence(lab: Lab) -> None:
    """As of a version that trained more of the weights: moments would go to other weights."""
    folder = lab.make("other-optimiser")
    assert run(folder) == 0
    last = folder.checkpoints / "last.pt"
    document = torch.load(last, weights_only=True)
    document["optimizer"]["means.99"] = torch.zeros(3)
    torch.save(document, last)
    folder.result.unlink()
    assert run(folder) == 1
    message = read(folder.attempt(1).verdict)["message"]
    assert "another optimiser: it has means.99, which has no place here" in message


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (['model.name="int2int"', "task.inputs=[{ moduli = [2000] }]"], "below 1000 only"),
    ],
)
def test_mistakes_that_only_the_child_can_see(lab: Lab, overrides: list[str], said: str) -> None:
    folder = lab.make(f"mistake-{said[:5]}", *overrides)
    assert run(folder) == 2
    verdict = read(folder.attempt(1).verdict)
    assert verdict["reason"] == "config"
    assert said in verdict["message"]
    assert "\n" not in verdict["message"]


def test_sigterm_saves_and_says_preempted(lab: Lab) -> None:
    folder = lab.make("term", "train.steps=200_000", "eval.every=200_000")
    process = arithmetic_runs.child(folder)
    try:
        wait_for_rows(folder, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == TEMPORARY_FAILURE
    finally:
        process.kill()
    assert read(folder.attempt(1).verdict)["reason"] == "preempted"
    saved = checkpoints.load(folder.checkpoints / checkpoints.LAST)
    assert saved.step > 0


def test_a_stop_request_is_seen_between_steps(lab: Lab) -> None:
    folder = lab.make("stop", "train.steps=200_000", "eval.every=200_000")
    process = arithmetic_runs.child(folder)
    try:
        wait_for_rows(folder, process)
        (folder.control / "stop").touch()
        assert process.wait(timeout=60) == TEMPORARY_FAILURE
    finally:
        process.kill()
    assert read(folder.attempt(1).verdict)["reason"] == "stopped"


def wait_for_rows(folder: RunFolder, process: object) -> None:
    deadline = time.monotonic() + 60
    while not (folder.metrics.exists() and len(folder.metrics.read_bytes().splitlines()) > 1):
        assert time.monotonic() < deadline, folder.log.read_text()
        time.sleep(0.02)


def test_metrics_are_json_lines(lab: Lab) -> None:
    folder = lab.make("lines")
    assert run(folder) == 0
    for line in folder.metrics.read_text().splitlines():
        assert json.loads(line)["attempt"] == 1
