"""Runs on a real Slurm: workers, requests, settings, commands."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mobius_core.config.expand import expand
from mobius_core.config.machine import SlurmSpec
from mobius_core.config.project import load
from mobius_core.errors import Refused
from mobius_core.runs import control, surroundings
from mobius_core.runs.files import read_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import State
from mobius_core.runs.slurm import job_name, look
from mobius_core.runs.slurm_jobs import Workers
from mobius_core.runs.submit import submit
from tests.runs.guests import now, proc_of, shell, wanting
from tests.slurm.cluster import NAME, Cluster
from tests.slurm.jobs import (
    SITE,
    all_over,
    job_of,
    mobius,
    start,
    to_slurm,
    until,
    until_log,
    until_state,
)

pytestmark = pytest.mark.slow


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
    """Two guests that end only beside each other, and a training of our own."""
    project = load(file)
    trials = [*expand(project, "meeting", ["seeds=0-1"]), *expand(project, "sums", [])]
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
