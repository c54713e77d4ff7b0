"""What ends a worker: cancelled, out of time, its node taken; and who notices."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mobius_core.config.expand import expand
from mobius_core.config.project import load
from mobius_core.config.trial import Trial
from mobius_core.runs import control
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run, State
from mobius_core.runs.slurm import job_name, look
from mobius_core.runs.state import STALE
from mobius_core.runs.submit import submit
from tests.runs.guests import events_of, now, proc_of, shell
from tests.slurm.cluster import NAME, Cluster
from tests.slurm.jobs import (
    job_of,
    mobius,
    start,
    to_slurm,
    until,
    until_log,
    until_state,
)

pytestmark = pytest.mark.slow


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


def test_at_its_time_limit_a_worker_requeues_itself(lab: Lab) -> None:
    # Slurm's limits are minutes: this one has 120 s, and is told after 60, or a little before.
    lab.home.mkdir()
    (lab.home / "config.toml").write_text('[slurm]\ntime = "2m"\n')
    script = "trap 'exit 75' TERM; echo up $MOBIUS_ATTEMPT; sleep 300 & wait"
    run = start(lab, shell(script, resume="rerun"))
    until_log(run, "up 1")
    job = job_of(run)
    until_log(run, "up 2")
    assert events_of(run).count("preempted") == 1
    assert job_of(run) == replace(job, restarts=1)
    control.stop(lab, [now(lab, run)])
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


def test_waiting_ends_where_no_worker_is_left(lab: Lab) -> None:
    first, second = to_slurm(lab, [shell("echo up; sleep 60"), shell("true")]).queued
    until_log(first, "up")
    subprocess.run(["scancel", job_of(first).id], check=True)
    until_state(lab, first, State.PREEMPTED)
    until(lambda: look(NAME).workers(job_name(lab.home)) == 0, "the worker's end")
    waited = mobius(lab, "wait", second.id)
    assert waited.returncode == 1
    assert "mobius resume --lost" in waited.stderr
