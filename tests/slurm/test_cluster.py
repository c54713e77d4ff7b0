"""Runs on a real Slurm: workers, requests, time limits, requeues, a controller that restarts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
import torch

from mobius_core.config.expand import expand
from mobius_core.config.machine import SlurmSpec
from mobius_core.config.project import load
from mobius_core.config.trial import Trial
from mobius_core.errors import Refused
from mobius_core.runs import control, surroundings
from mobius_core.runs.files import read_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import Run, State
from mobius_core.runs.scheduler import Job
from mobius_core.runs.slurm import job_name, look
from mobius_core.runs.slurm_jobs import Workers
from mobius_core.runs.state import STALE
from mobius_core.runs.submit import Submission, submit
from tests.runs.guests import events_of, now, proc_of, shell, wanting
from tests.runs.guests import until as soon
from tests.slurm.cluster import NAME, Cluster

pytestmark = pytest.mark.slow

T = TypeVar("T")
SITE = f"slurm:{NAME}"
PATIENCE = 200.0
"""Seconds: a requeued job starts after five at best, and imports torch twice."""
EXPERIMENTS = """
schema = 1
[data.small]
n = [2, 100000]
rows = 2000
[experiments.small]
task = { kind = "modular", modulus = 31 }
model = { name = "mlp", widths = [32] }
train = { batch = "full", steps = 3000 }
eval = { every = 50 }
onset = { stop = false }
[experiments.sums]
task = { kind = "arithmetic", target = "mu2", data = "small", inputs = [{ primes = 5 }] }
model = { name = "mlp", widths = [16] }
train = { batch = 64, steps = 40 }
[experiments.guest]
task = { kind = "command" }
command = { argv = ["sh", "-c", "echo hello {seed}"] }
seeds = 3
"""


@pytest.fixture
def file(lab: Lab) -> Path:
    path = lab.home.parent / "experiments.toml"
    path.write_text(EXPERIMENTS)
    return path


def to_slurm(lab: Lab, trials: Sequence[Trial], count: int = 1) -> Submission:
    return submit(lab, trials, workers=Workers.of(lab, count))


def start(lab: Lab, trial: Trial) -> Run:
    return to_slurm(lab, [trial]).queued[0]


def job_of(run: Run) -> Job:
    job = proc_of(run).job
    assert job is not None
    return job


def until(event: Callable[[], T | None], what: str) -> T:
    return soon(event, what, PATIENCE)


def until_state(lab: Lab, run: Run, state: State) -> Run:
    def reached() -> Run | None:
        current = now(lab, run)
        final = current.state.is_over and not current.state.may_continue
        return current if current.state is state or final else None

    found = until(reached, f"{run.trial.name} to be {state}")
    assert found.state is state, (found.message, events_of(run))
    return found


def until_log(run: Run, text: str) -> None:
    log = RunFolder(run.folder).log
    until(lambda: log.exists() and text in log.read_text(), f"{text!r} in the log")


def all_over(lab: Lab, runs: Sequence[Run]) -> tuple[Run, ...]:
    def over() -> tuple[Run, ...] | None:
        current = lab.read(run.id for run in runs)
        return current if all(run.state.is_over for run in current) else None

    return until(over, "the end of all runs")


def mobius(lab: Lab, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mobius_tui", *words, "--home", str(lab.home)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)


def weights_of(run: Run) -> dict[str, torch.Tensor]:
    saved = torch.load(RunFolder(run.folder).checkpoints / "last.pt", weights_only=True)
    model: dict[str, torch.Tensor] = saved["model"]
    return model


def unbroken(lab: Lab, trial: Trial) -> Run:
    """The same trial, by a runner of this machine."""
    run = submit(lab, [replace(trial, key=f"{trial.key}-local")]).queued[0]
    return until_state(lab, run, State.DONE)


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(
        torch.equal(value, second[name]) for name, value in first.items()
    )


def test_a_sweep_by_two_workers(lab: Lab) -> None:
    spans = lab.home.parent / "spans"
    script = f"echo + >> {spans}; sleep 0.3; echo - >> {spans}"
    submission = to_slurm(lab, [shell(script) for _ in range(5)], count=2)
    runs = all_over(lab, submission.queued)
    assert {run.state for run in runs} == {State.DONE}
    assert {run.host for run in runs} == {SITE}
    at_once, most = 0, 0
    for mark in spans.read_text().split():
        at_once += 1 if mark == "+" else -1
        most = max(most, at_once)
    assert most == 2
    jobs = [job_of(run) for run in runs]
    assert len({job.id for job in jobs}) == 2
    started = [run.started or 0.0 for run in runs]
    assert started == sorted(started)
    until(lambda: look(NAME).workers(job_name(lab.home)) == 0, "the workers to leave")


def test_local_runners_and_workers_leave_each_other_their_runs(lab: Lab) -> None:
    change_slots(lab.home, {"cpus": "1"})
    here = submit(lab, [shell("echo $SLURM_JOB_ID") for _ in range(2)]).queued
    there = to_slurm(lab, [shell("echo $SLURM_JOB_ID") for _ in range(2)]).queued
    all_over(lab, [*here, *there])
    assert [RunFolder(run.folder).log.read_text().strip() for run in here] == ["", ""]
    said = {RunFolder(run.folder).log.read_text().strip() for run in there}
    assert said == {job_of(there[0]).id}
    assert proc_of(here[0]).job is None


def test_data_is_built_first_and_other_workers_wait_for_it(lab: Lab, file: Path) -> None:
    trials = expand(load(file), "sums", ["seeds=0-1"])
    submission = to_slurm(lab, trials, count=2)
    assert len(submission.builds) == 1
    runs = all_over(lab, [*submission.builds, *submission.queued])
    assert {run.state for run in runs} == {State.DONE}
    assert {run.host for run in runs} == {SITE}
    assert len({job_of(run).id for run in submission.queued}) == 2


def test_stop_and_kill(lab: Lab) -> None:
    script = "trap 'echo saved; exit 75' TERM; echo up; while :; do sleep 0.05; done"
    first, second, third = to_slurm(lab, [shell(script) for _ in range(3)]).queued
    until_log(first, "up")
    control.stop(lab, [third])
    assert now(lab, third).state is State.STOPPED
    control.stop(lab, [first])
    until_state(lab, first, State.STOPPED)
    assert "saved" in RunFolder(first.folder).log.read_text()
    until_log(second, "up")
    control.kill(lab, [second])
    until_state(lab, second, State.KILLED)


def test_a_cancelled_worker_saves_and_resume_goes_on_exactly(lab: Lab, file: Path) -> None:
    (trial,) = expand(load(file), "small")
    run = start(lab, trial)
    until_log(run, "step")
    job = job_of(run)
    subprocess.run(["scancel", job.id], check=True)
    ended = until_state(lab, run, State.PREEMPTED)
    assert ended.attempt == 1
    until(lambda: look(NAME).workers(job_name(lab.home)) == 0, "the worker's end")
    control.resume(lab, [ended])
    done = until_state(lab, run, State.DONE)
    assert done.attempt == 2
    assert job_of(done).id != job.id
    assert "resumed from" in RunFolder(run.folder).log.read_text()
    assert same(weights_of(run), weights_of(unbroken(lab, trial)))


def test_at_its_time_limit_a_worker_requeues_itself(lab: Lab, file: Path) -> None:
    # Slurm's limits are minutes: this one has 120 s, and is told after 60, or a little before.
    lab.home.mkdir()
    (lab.home / "config.toml").write_text('[slurm]\ntime = "2m"\n')
    (trial,) = expand(load(file), "small", ["train.steps=1_000_000"])
    run = start(lab, trial)
    until_log(run, "step")
    job = job_of(run)
    until_log(run, "resumed from")
    again = until_state(lab, run, State.RUNNING)
    assert again.attempt == 2
    assert events_of(run).count("preempted") == 1
    second = until(lambda: job_of(again) if job_of(again).restarts else None, "its second life")
    assert (second.id, second.restarts) == (job.id, 1)
    control.stop(lab, [again])
    until_state(lab, run, State.STOPPED)


def test_a_warning_of_the_limit_is_survived_exactly(lab: Lab, file: Path) -> None:
    (trial,) = expand(load(file), "small")
    run = start(lab, trial)
    until_log(run, "step")
    subprocess.run(["scancel", "--signal=USR2", job_of(run).id], check=True)
    done = until_state(lab, run, State.DONE)
    assert done.attempt == 2
    assert job_of(done).restarts == 1
    assert same(weights_of(run), weights_of(unbroken(lab, trial)))


def test_a_guest_that_cannot_resume_is_not_queued_again_at_the_limit(lab: Lab) -> None:
    first, second = to_slurm(lab, [shell("sleep 30"), shell("echo second")]).queued
    until_state(lab, first, State.RUNNING)
    subprocess.run(["scancel", "--signal=USR2", job_of(first).id], check=True)
    until_state(lab, second, State.DONE)
    assert now(lab, first).state is State.PREEMPTED


@pytest.mark.parametrize("vanishes", [False, True], ids=["asked to leave", "killed"])
def test_what_a_taken_node_interrupted_goes_on_when_the_job_starts_again(
    lab: Lab, file: Path, vanishes: bool
) -> None:
    (trial,) = expand(load(file), "small", ["train.steps=6000"])
    run = start(lab, trial)
    until_log(run, "step")
    job = job_of(run)
    if vanishes:  # as a node whose power fails: nobody writes how it ended
        proc_of(run).runner.send(signal.SIGKILL)
        until(lambda: look(NAME).workers(job_name(lab.home)) == 0, "the job's end")
    subprocess.run(["scontrol", "requeue", job.id], check=True)
    done = until_state(lab, run, State.DONE)
    assert done.attempt == 2
    assert job_of(done) == replace(job, restarts=1)
    assert RunFolder(run.folder).attempt(1).exit.exists() is not vanishes


def test_a_controller_that_restarts_is_not_noticed(lab: Lab, cluster: Cluster) -> None:
    runs = to_slurm(lab, [shell("echo up; while [ ! -e ../../go ]; do sleep 0.05; done")] * 1)
    (run,) = runs.queued
    until_log(run, "up")
    far = from_elsewhere(lab)
    cluster.end_controller()
    try:
        assert now(far, run).state is State.RUNNING  # by its heartbeat
        assert now(lab, run).state is State.RUNNING
    finally:
        cluster.restart_controller()
    (lab.home / "go").touch()
    until_state(lab, run, State.DONE)


def from_elsewhere(lab: Lab) -> Lab:
    """The lab as a login node sees it: pids of the compute node mean nothing there."""
    other = Lab(lab.home)
    other.host = replace(lab.host, name="login", boot_id="another")
    return other


def grow_old(run: Run) -> None:
    """As if the heartbeat had stopped a while ago."""
    attempt = RunFolder(run.folder).attempt(1)
    until(attempt.heartbeat.exists, "the first heartbeat")
    past = time.time() - 2 * STALE
    for path in (attempt.heartbeat, attempt.path):
        os.utime(path, (past, past))


def test_another_machine_believes_slurm_before_the_heartbeat(lab: Lab, cluster: Cluster) -> None:
    run = start(lab, shell("echo up; sleep 60", resume="rerun"))
    until_log(run, "up")
    grow_old(run)
    assert now(from_elsewhere(lab), run).state is State.RUNNING
    proc = proc_of(run)
    proc.runner.send(signal.SIGKILL)
    until(lambda: look(NAME).workers(job_name(lab.home)) == 0, "the job's end")
    grow_old(run)
    far = now(from_elsewhere(lab), run)
    assert far.state is State.LOST
    assert far.message == f"Slurm says FAILED of job {job_of(run).id}"
    proc_json = RunFolder(run.folder).attempt(1).proc
    document = proc_json.read_text()
    # A job that the controller has long forgotten, on a cluster without accounts.
    proc_json.write_text(document.replace(f'"id":"{job_of(run).id}"', '"id":"9999"'))
    far = now(from_elsewhere(lab), run)
    assert (far.state, far.message) == (State.LOST, "")
    proc_json.write_text(document)
    cluster.end_controller()
    try:
        assert now(from_elsewhere(lab), run).state is State.UNKNOWN
    finally:
        cluster.restart_controller()
    # As cron does, twice: one worker is enough.
    assert [one.id for one in control.resume_lost(lab)] == [run.id]
    assert control.resume_lost(lab) == ()
    assert look(NAME).workers(job_name(lab.home)) == 1
    assert until_state(lab, run, State.RUNNING).attempt == 2


def test_refused_workers_leave_a_queue_that_resume_lost_takes_up(lab: Lab) -> None:
    settings = lab.home / "config.toml"
    lab.home.mkdir()
    settings.write_text('[slurm]\npartition = "nowhere"\n')
    with pytest.raises(Refused, match=r"(?i)queued, but .*partition.*mobius resume --lost"):
        to_slurm(lab, [shell("true")])
    (run,) = lab.scan()
    assert run.state is State.QUEUED
    settings.write_text("")
    control.resume_lost(lab)
    until_state(lab, run, State.DONE)


def test_a_retry_goes_to_the_same_cluster(lab: Lab) -> None:
    run = start(lab, shell("exit 3"))
    failed = until_state(lab, run, State.FAILED)
    (again,) = control.retry(lab, [failed])
    assert again.host == SITE
    until_state(lab, again, State.FAILED)
    assert job_of(again).id != job_of(run).id


def test_commands(lab: Lab, file: Path) -> None:
    words = ("run", "guest", "--on", "slurm", "--workers", "2", "--file", str(file))
    queued = mobius(lab, *words, "--json")
    assert queued.returncode == 0, queued.stderr
    document = json.loads(queued.stdout)
    listed = document["queued"]
    assert len(document["jobs"]) == 2
    assert [one["host"] for one in listed] == [SITE] * 3
    waited = mobius(lab, "wait", "guest", "--json")
    assert waited.returncode == 0, waited.stderr
    followed = mobius(lab, "logs", "-f", listed[2]["id"])
    assert "hello 2" in followed.stdout
    states = [run["state"] for run in json.loads(mobius(lab, "status", "--json").stdout)["runs"]]
    assert states == ["done"] * 3
    again = mobius(lab, *words)
    assert "3 already done" in again.stderr
    assert "Slurm jobs" not in again.stderr


def test_waiting_ends_where_no_worker_is_left(lab: Lab) -> None:
    first, second = to_slurm(lab, [shell("echo up; sleep 60"), shell("true")]).queued
    until_log(first, "up")
    subprocess.run(["scancel", job_of(first).id], check=True)
    until_state(lab, first, State.PREEMPTED)
    until(lambda: look(NAME).workers(job_name(lab.home)) == 0, "the worker's end")
    waited = mobius(lab, "wait", second.id)
    assert waited.returncode == 1
    assert "mobius resume --lost" in waited.stderr


def test_settings_reach_the_job(lab: Lab) -> None:
    lab.home.mkdir()
    settings = 'partition = "debug"\ntime = "7m"\nsetup = ["PATH=$PATH:/from/setup"]'
    (lab.home / "config.toml").write_text(f"[slurm]\n{settings}\n")
    run = start(
        lab, shell("echo $PATH | tr : '\\n' | tail -n 1; squeue -h -j $SLURM_JOB_ID -o '%l %C'")
    )
    until_state(lab, run, State.DONE)
    assert RunFolder(run.folder).log.read_text().split() == ["/from/setup", "7:00", "1"]
    assert Workers.of(lab).settings == SlurmSpec(
        partition="debug", time="7m", setup=("PATH=$PATH:/from/setup",)
    )


def test_gpus_are_asked_for_and_passed_on(lab: Lab) -> None:
    script = "echo gpus:$CUDA_VISIBLE_DEVICES"
    two, none = to_slurm(lab, [wanting(shell(script), gpus=2), shell(script)]).queued
    until_state(lab, two, State.DONE)
    assert RunFolder(two.folder).log.read_text() == "gpus:0,1\n"
    assert now(lab, two).where == f"job {job_of(two).id}, gpu 0, gpu 1"
    # One job was large enough for both, and the second run is given what it asked for.
    until_state(lab, none, State.DONE)
    assert job_of(none) == job_of(two)
    assert RunFolder(none.folder).log.read_text() == "gpus:\n"


def test_doctor_finds_it_and_says_when_its_controller_is_away(lab: Lab, cluster: Cluster) -> None:
    (check,) = surroundings.slurm()
    assert check.value == f"{SITE}, workers by submitit"
    cluster.end_controller()
    try:
        (check,) = surroundings.slurm()
        assert "`scontrol show` failed" in check.value
    finally:
        cluster.restart_controller()


def test_proc_json_names_the_job(lab: Lab) -> None:
    run = start(lab, shell("true"))
    until_state(lab, run, State.DONE)
    document = read_json(RunFolder(run.folder).attempt(1).proc) or {}
    assert document["slurm"] == {
        "cluster": NAME,
        "id": job_of(run).id,
        "restarts": 0,
        "user": os.getuid(),
    }
    assert now(lab, run).where == f"job {job_of(run).id}"
