"""The warm process: children that import nothing, do what executed ones do, and survive it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import mobius_core
from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Json, Trial
from mobius_core.runs import control
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.plan import Plan
from mobius_core.runs.prctl import adopt_orphans
from mobius_core.runs.process import Process, descendants
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import Run, State
from mobius_core.runs.submit import submit
from mobius_core.runs.termination import Termination
from mobius_core.runs.warm import MODULE, ROOM, Warm
from tests.runs.guests import (
    PATIENCE,
    child_of,
    now,
    proc_of,
    processes_of,
    until,
    until_over,
    until_state,
)

ROOT = Path(__file__).parents[2]
EXPERIMENT = """
schema = 1
[experiments.small]
task = { kind = "modular", modulus = 11 }
model = { name = "mlp", widths = [16] }
train = { batch = "full", steps = 20 }
eval = { every = 5, measures = ["norms", "fourier"] }
onset = { stop = false }
"""


def small(folder: Path, *overrides: str) -> tuple[Trial, ...]:
    """Modular trials of a few milliseconds."""
    path = folder / "experiments.toml"
    path.write_text(EXPERIMENT)
    return expand(load(path), "small", overrides)


def command_line(process: Process) -> str:
    return Path(f"/proc/{process.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def warm_of(runner: Process) -> Process:
    """The warm process below a runner, once it is there and has nothing of a run about it."""
    return until(
        lambda: next((p for p in descendants(runner.pid) if MODULE in command_line(p)), None),
        "the warm process",
    )


def rows_of(run: Run) -> list[dict[str, Json]]:
    lines = RunFolder(run.folder).metrics.read_text().splitlines()
    return [{**json.loads(line), "t": None} for line in lines]


def test_forked_and_executed_children_do_the_same(lab: Lab, tmp_path: Path) -> None:
    change_slots(lab.home, {"cpus": "1"})
    (trial,) = small(tmp_path)
    (run,) = submit(lab, [trial]).queued
    forked = until_over(lab, run)
    assert (forked.state, forked.message) == (State.DONE, "")
    (again,) = submit(lab, [trial], again=True).queued
    until_state(lab, again, State.DONE)
    # By hand, in a folder of its own: `python -m mobius_core.training.child`.
    executed = RunFolder(tmp_path / "executed")
    (executed.attempts / "1").mkdir(parents=True)
    executed.spec.write_bytes(RunFolder(run.folder).spec.read_bytes())
    argv = [sys.executable, "-m", "mobius_core.training.child", str(executed.path)]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    lines = executed.metrics.read_text().splitlines()
    assert rows_of(run) == [{**json.loads(line), "t": None} for line in lines]
    assert rows_of(run) == rows_of(again)
    assert RunFolder(run.folder).log.read_text().count("step") >= 4


def test_a_killed_warm_process_holds_nothing_up(lab: Lab, tmp_path: Path) -> None:
    """The run of the moment goes on as its runner's own child; the next gets a new process."""
    change_slots(lab.home, {"cpus": "1"})
    first, second = submit(
        lab, [small(tmp_path, "train.steps=1000000")[0], small(tmp_path)[0]]
    ).queued
    child, runner = child_of(first), proc_of(first).runner
    until(lambda: (first.folder / "metrics.jsonl").exists(), "a row")
    assert MODULE in command_line(child)
    warm = next(p for p in descendants(runner.pid) if p != child and MODULE in command_line(p))
    warm.send(signal.SIGKILL)
    until(lambda: not warm.is_alive(), "its end")
    assert child.is_alive()
    assert now(lab, first).state is State.RUNNING
    control.stop(lab, [now(lab, first)])
    assert until_over(lab, first).state is State.STOPPED
    assert until_over(lab, second).state is State.DONE
    until(lambda: not runner.is_alive(), "the runner to leave")
    assert (lab.home / "runner.log").read_text() == ""


def test_a_killed_runner_takes_warm_process_and_child_with_it(lab: Lab, tmp_path: Path) -> None:
    (run,) = submit(lab, small(tmp_path, "train.steps=1000000")).queued
    child, runner = child_of(run), proc_of(run).runner
    until(lambda: (run.folder / "metrics.jsonl").exists(), "a row")
    below = descendants(runner.pid)
    assert len(below) == 2
    assert processes_of(run) == [child]  # though it was forked, not executed
    runner.send(signal.SIGKILL)
    until(lambda: not any(process.is_alive() for process in below), "their end")
    assert until_over(lab, run).state is State.LOST
    assert (run.folder / "checkpoints" / "last.pt").exists()
    assert processes_of(run) == []
    assert not child.is_alive()


def test_a_child_imports_no_module_anew(lab: Lab, tmp_path: Path) -> None:
    """Each of several masks; what is new in sys.modules when the trial is done."""
    code = """
import os, sys
from mobius_core.training import warm, child
warm.import_everything()
for folder in sys.argv[1:]:
    before = set(sys.modules)
    if os.fork() == 0:
        os.dup2(2, 1)
        code = child.main([folder])
        os.write(int(os.environ["TOLD"]), f"{code} {sorted(set(sys.modules) - before)}\\n".encode())
        os._exit(0)
    os.wait()
"""
    folders = []
    (trial,) = small(tmp_path, "train.clip=1.0", "save.at=log")
    (run,) = submit(lab, [trial]).queued
    until_over(lab, run)
    for mode in ("none", "random", "prime_only", "anti_prime"):
        copy = RunFolder(tmp_path / mode)
        (copy.attempts / "1").mkdir(parents=True)
        spec = json.loads(RunFolder(run.folder).spec.read_text())
        spec["trial"]["tables"]["model"]["mask"] = {"mode": mode, "layers": [1]}
        copy.spec.write_text(json.dumps(spec))
        folders.append(str(copy.path))
    reader, writer = os.pipe()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TOLD": str(writer)}
    subprocess.run(
        [sys.executable, "-c", code, *folders],
        env=environment,
        pass_fds=[writer],
        check=True,
        timeout=PATIENCE * 3,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with open(reader) as told:
        assert told.read().splitlines() == ["0 []"] * 4


def test_a_fork_after_a_warm_step_trains_with_two_threads(tmp_path: Path) -> None:
    code = """
import os, torch
torch.set_num_threads(1)
def step(size):
    a = torch.ones(size, size, requires_grad=True)
    (a @ a).sum().backward()
    return a.grad
step(64)
if os.fork() == 0:
    torch.set_num_threads(2)
    right = bool((step(512) == 1024).all())
    os._exit(0 if right and len(os.listdir("/proc/self/task")) >= 2 else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=PATIENCE * 3)


@pytest.fixture
def warm() -> Iterator[Warm]:
    """The runner's side, in this process."""
    adopt_orphans(True)
    warm = Warm()
    yield warm
    warm.end()
    adopt_orphans(False)


def plan_of(folder: Path, **environment: str) -> Plan:
    return Plan(
        argv=(sys.executable, "-m", "mobius_core.training.child", str(folder)),
        folder=folder,
        environment={**os.environ, **environment},
        warm=True,
    )


def ready(warm: Warm) -> bool:
    return until(lambda: warm.is_ready(0.1, Termination()) is not False, "imports")


def test_changed_code_makes_it_stale(warm: Warm, tmp_path: Path) -> None:
    """On a copy of our code: after an edit no child is forked from what was imported before."""
    package = tmp_path / "code" / "mobius_core"
    shutil.copytree(Path(mobius_core.__file__).parent, package)
    (tmp_path / "run").mkdir()
    plan = plan_of(tmp_path / "run", PYTHONPATH=str(package.parent))
    warm.start(plan)
    ready(warm)
    pid = warm.fork(plan, str(tmp_path / "log"))
    assert pid is not None
    os.waitpid(pid, 0)
    assert "spec.json is missing" in (tmp_path / "log").read_text()
    first = warm.pid
    with open(package / "errors.py", "a") as file:
        file.write("# edited\n")
    assert warm.fork(plan, str(tmp_path / "log")) is None
    warm.start(plan)
    assert warm.pid != first


def test_another_environment_gets_another_process(warm: Warm, tmp_path: Path) -> None:
    warm.start(plan_of(tmp_path, MOBIUS_RUN="x"))
    first = warm.pid
    assert first is not None
    environ = Path(f"/proc/{first}/environ")
    environment = until(lambda: environ.read_bytes().strip(b"\0"), "its start").split(b"\0")
    assert b"OPENBLAS_NUM_THREADS=1" in environment
    # Room for the name of a run, which a fork writes there; it has none of its own.
    (mark,) = (name for name in environment if name.startswith(b"MOBIUS_RUN="))
    assert mark == b"MOBIUS_RUN=" + ROOM.encode()
    warm.start(plan_of(tmp_path, MOBIUS_RUN="y"))
    assert warm.pid == first
    warm.start(plan_of(tmp_path, PYTHONPATH="/elsewhere"))
    assert warm.pid not in (first, None)


def test_without_torch_children_are_executed(warm: Warm, tmp_path: Path) -> None:
    """An interpreter that cannot start it at all."""
    plan = replace(plan_of(tmp_path), argv=("/bin/false", "-m", "x", "y"))
    warm.start(plan)
    assert until(lambda: [warm.is_ready(0.1, Termination())], "its end") == [None]
