"""One training by two processes of one machine: launched, asked, ended and judged as one run."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from mobius_core.config.expand import expand
from mobius_core.config.problems import ConfigErrors
from mobius_core.config.project import load
from mobius_core.config.trial import Trial
from mobius_core.runs import control, slots
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.outcome import Watch
from mobius_core.runs.process import Process
from mobius_core.runs.run import Run, State
from mobius_core.runs.submit import submit
from mobius_core.runs.verdict import TEMPORARY_FAILURE, say_verdict
from tests.runs.guests import child_of, now, proc_of, processes_of, until

PATIENCE = 120.0
"""Seconds: three interpreters import torch."""
EXPERIMENT = """
schema = 1
[data.small]
n = [2, 100000]
rows = 2000
[experiments.pair]
task = { kind = "arithmetic", target = "mu2", data = "small", inputs = [{ primes = 5 }] }
model = { name = "mlp", widths = [16] }
train = { batch = 64, steps = 400, precision = "fp32" }
eval = { every = 100 }
resources = { processes = 2 }
"""


def pair(folder: Path, *overrides: str) -> Trial:
    path = folder / "experiments.toml"
    path.write_text(EXPERIMENT)
    (trial,) = expand(load(path), "pair", overrides)
    return trial


def long(folder: Path) -> Trial:
    return pair(folder, "train.steps=10_000_000")


def start(lab: Lab, trial: Trial) -> Run:
    return submit(lab, [trial]).queued[0]


def until_over(lab: Lab, run: Run) -> Run:
    def over() -> Run | None:
        current = now(lab, run)
        return current if current.state.is_over else None

    return until(over, "the end", PATIENCE)


def until_training(run: Run) -> None:
    log = RunFolder(run.folder).log
    until(lambda: log.exists() and "step" in log.read_text(), "the first step", PATIENCE)


def ranks_of(run: Run) -> dict[str, Process]:
    """The training processes by their rank."""
    found = {}
    for process in processes_of(run):
        environment = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
        ranks = [word[5:].decode() for word in environment if word.startswith(b"RANK=")]
        if ranks:
            found[ranks[0]] = process
    return found


def nobody_is_left(run: Run) -> bool:
    return not processes_of(run)


@pytest.mark.slow
def test_two_processes_leave_one_run(lab: Lab, tmp_path: Path) -> None:
    run = start(lab, pair(tmp_path))
    done = until_over(lab, run)
    log = RunFolder(run.folder).log.read_text()
    assert done.state is State.DONE, log
    assert done.where == "cpu 0-1"
    steps = [
        json.loads(line)["step"] for line in RunFolder(run.folder).metrics.read_text().splitlines()
    ]
    assert steps == sorted(set(steps))
    assert log.count("done after") == 1


@pytest.mark.slow
def test_stop_reaches_all_and_resume_goes_on(lab: Lab, tmp_path: Path) -> None:
    run = start(lab, long(tmp_path))
    until_training(run)
    assert sorted(ranks_of(run)) == ["0", "1"]
    control.stop(lab, [run])
    stopped = until_over(lab, run)
    assert stopped.state is State.STOPPED
    assert stopped.message.startswith("stopped after step")
    assert nobody_is_left(run)
    control.resume(lab, [stopped])
    log = RunFolder(run.folder).log
    until(lambda: "resumed from" in log.read_text(), "the second attempt", PATIENCE)
    control.kill(lab, [run])
    assert until_over(lab, run).state is State.KILLED
    assert nobody_is_left(run)


@pytest.mark.slow
def test_a_shutdown_is_passed_on(lab: Lab, tmp_path: Path) -> None:
    run = start(lab, long(tmp_path))
    until_training(run)
    proc_of(run).runner.send(signal.SIGTERM)
    ended = until_over(lab, run)
    assert ended.state is State.PREEMPTED
    assert (RunFolder(run.folder).checkpoints / "last.pt").exists()
    assert nobody_is_left(run)


@pytest.mark.slow
@pytest.mark.parametrize("rank", ["0", "1"])
def test_one_process_that_dies_fails_the_run(lab: Lab, tmp_path: Path, rank: str) -> None:
    run = start(lab, long(tmp_path))
    until_training(run)
    victim = ranks_of(run)[rank]
    victim.send(signal.SIGKILL)
    ended = until_over(lab, run)
    assert ended.state is State.FAILED
    assert "processes died" in ended.message
    assert f"exitcode  : -9 (pid: {victim.pid})" in RunFolder(run.folder).log.read_text()
    assert nobody_is_left(run)


@pytest.mark.slow
def test_torchrun_that_dies_takes_all_with_it(lab: Lab, tmp_path: Path) -> None:
    run = start(lab, long(tmp_path))
    until_training(run)
    child_of(run).send(signal.SIGKILL)
    ended = until_over(lab, run)
    assert (ended.state, ended.message) == (State.FAILED, "ended by SIGKILL")
    assert nobody_is_left(run)


@pytest.mark.slow
def test_what_one_process_finds_wrong_is_the_verdict(lab: Lab, tmp_path: Path) -> None:
    run = start(lab, pair(tmp_path, "train.lr=1e30"))
    ended = until_over(lab, run)
    assert ended.state is State.NAN
    assert "not finite" in ended.message


@pytest.mark.parametrize(
    ("processes", "asked", "expected"),
    [
        (1, None, State.PREEMPTED),  # a bare TERM, as a shutdown sends it
        (2, None, State.FAILED),  # torchrun's TERM after the death of another
        (2, State.PREEMPTED, State.PREEMPTED),
    ],
)
def test_a_term_from_torchrun_is_no_shutdown(
    tmp_path: Path, processes: int, asked: State | None, expected: State
) -> None:
    folder = RunFolder(tmp_path)
    watch = Watch(folder, folder.attempt(1), ours=True, processes=processes)
    say_verdict(folder, 1, "preempted", "stopped after step 3", TEMPORARY_FAILURE)
    ended = watch.judge(1, asked, 0.0)
    assert ended.reason == expected


def test_the_death_of_torchrun_is_told_whatever_its_processes_managed_to_say(
    tmp_path: Path,
) -> None:
    folder = RunFolder(tmp_path)
    watch = Watch(folder, folder.attempt(1), ours=True, processes=2)
    say_verdict(folder, 1, "preempted", "stopped after step 3", TEMPORARY_FAILURE)
    ended = watch.judge(-signal.SIGKILL, None, 0.0)
    assert (ended.reason, ended.message) == (State.FAILED, "ended by SIGKILL")


def test_the_first_verdict_of_several_stands(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    watch = Watch(folder, folder.attempt(1), ours=True, processes=2)
    say_verdict(folder, 1, "oom", "process 1 found no memory", 1)
    say_verdict(folder, 1, "preempted", "stopped after step 3", TEMPORARY_FAILURE)
    ended = watch.judge(1, None, 0.0)
    assert (ended.reason, ended.message) == (State.OOM, "process 1 found no memory")


def test_processes_take_threads_each(tmp_path: Path) -> None:
    two = pair(tmp_path, "resources.threads=3")
    assert slots.need_of(two, slots.Capacity(cpus=8)).threads == 6
    assert processes_of_gpus(tmp_path, 2) == 2
    assert processes_of_gpus(tmp_path, 0) == 1


def processes_of_gpus(folder: Path, gpus: int) -> int:
    return slots.processes_of(pair(folder, f"resources.gpus={gpus}", "resources.processes=0"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("resources.gpus=2", "resources.processes=3"), "a GPU of its own"),
        (("task.kind=modular", "resources.processes=2"), "only one training of an arithmetic"),
    ],
)
def test_what_cannot_be_spread_is_refused(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    path = tmp_path / "experiments.toml"
    path.write_text(EXPERIMENT.replace("processes = 2", ""))
    if words[0].startswith("task"):
        path.write_text(
            'schema = 1\n[experiments.pair]\ntask = { kind = "modular" }\n'
            "train = { steps = 3 }\nresources = { processes = 2 }\n"
        )
        words = ()
    with pytest.raises(ConfigErrors) as caught:
        expand(load(path), "pair", words)
    assert said in str(caught.value)
