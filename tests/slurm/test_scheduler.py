"""What is concluded from what Slurm says, without one: states, sizes, options of its jobs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mobius_core.config.machine import SlurmSpec
from mobius_core.errors import Refused, UsageError
from mobius_core.runs import surroundings
from mobius_core.runs.facts import Exit, Facts, Proc
from mobius_core.runs.files import write_json
from mobius_core.runs.lab import Lab, make_folders
from mobius_core.runs.process import Host, Process
from mobius_core.runs.run import State
from mobius_core.runs.scheduler import Job, Life, Line, Snapshot
from mobius_core.runs.slurm import Scheduler, job_name, parse, site_here
from mobius_core.runs.slurm_jobs import Workers, mib, parameters, size_of
from mobius_core.runs.slurm_worker import allocated, take_back
from mobius_core.runs.state import state_of
from mobius_core.runs.submit import make_specs, write_runs
from mobius_tui.cli.run import cluster_workers
from tests.runs.guests import guest, wanting

NOW = 1_000_000.0
LOGIN = Host("login", "boot-1", "pid:[1]")
NODE = Host("node7", "boot-9", "pid:[1]")
JOB = Job("c", "12", 1, 1000)
CHILD = Process(101, 6)


def facts(silent: float, *, child: bool = True, host: Host = NODE, **more: object) -> Facts:
    """An attempt of job 12, in its second life, whose heartbeat is `silent` seconds old."""
    return Facts(
        attempt=1,
        claimed=NOW - 500,
        proc=Proc(host=host, runner=Process(100, 5), child=CHILD if child else None, job=JOB),
        heartbeat=NOW - silent,
        **more,  # type: ignore[arg-type]
    )


def says(state: str, restarts: int = 1, cluster: str = "c", user: int = 1000) -> Snapshot:
    return Snapshot(cluster, user, {"12": Line(state, restarts, "mobius-1")})


NOT_LISTED = Snapshot("c", 1000, {})
FRESH, SILENT = 5, 61

TABLE = [
    ("at work", facts(FRESH), says("RUNNING"), State.RUNNING),
    ("at work, silent for a disk that hangs", facts(SILENT), says("RUNNING"), State.RUNNING),
    ("suspended with its job", facts(SILENT), says("SUSPENDED"), State.RUNNING),
    ("no child yet", facts(SILENT, child=False), says("RUNNING"), State.STARTING),
    ("asked to stop", facts(FRESH, stop_asked=True), says("RUNNING"), State.STOPPING),
    ("node failed just now", facts(FRESH), says("NODE_FAIL"), State.STOPPING),
    ("node failed", facts(SILENT), says("NODE_FAIL"), State.LOST),
    ("killed for memory", facts(SILENT), says("OUT_OF_MEMORY"), State.LOST),
    ("job over, its end on the way", facts(FRESH), says("COMPLETED"), State.STOPPING),
    ("requeued, waits for a node", facts(SILENT), says("PENDING", 2), State.LOST),
    ("requeued, works on something else", facts(SILENT), says("RUNNING", 2), State.LOST),
    ("lost, to be resumed", facts(SILENT, resume_asked=True), says("TIMEOUT"), State.QUEUED),
    ("newer than the answer", facts(FRESH), NOT_LISTED, State.RUNNING),
    ("long forgotten by the controller", facts(SILENT), NOT_LISTED, State.LOST),
    ("controller away", facts(FRESH), None, State.RUNNING),
    ("controller away, silent", facts(SILENT), None, State.UNKNOWN),
    ("another's job", facts(SILENT), says("COMPLETED", user=7), State.UNKNOWN),
    ("another cluster's job 12", facts(SILENT), says("COMPLETED", cluster="d"), State.UNKNOWN),
    ("seen from its node, whatever is said", facts(SILENT, host=LOGIN, alive=frozenset({CHILD})),
     says("COMPLETED"), State.RUNNING),
    ("ended, whatever is said", replace(facts(SILENT), exit=Exit(reason="done", t=NOW)),
     says("RUNNING"), State.DONE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "given", "scheduler", "expected"), TABLE, ids=[row[0] for row in TABLE]
)
def test_state(case: str, given: Facts, scheduler: Snapshot | None, expected: State) -> None:
    assert state_of(given, LOGIN, NOW, scheduler) is expected


def test_squeue_is_read_by_columns_and_names_may_hold_spaces() -> None:
    said = (
        "12                      1           RUNNING                 mobius-0a1b2c3d     \n"
        "13                      0           PENDING                 a name of theirs    \n"
        "slurm_load_jobs error: Unable to contact slurm controller\n"
    )
    assert parse(said) == {
        "12": Line("RUNNING", 1, "mobius-0a1b2c3d"),
        "13": Line("PENDING", 0, "a name of theirs"),
    }


def test_workers_of_a_lab_are_counted_by_their_name(tmp_path: Path) -> None:
    name = job_name(tmp_path)
    lines = [
        Line("RUNNING", 0, name),
        Line("PENDING", 3, name),
        Line("COMPLETED", 0, name),
        Line("RUNNING", 0, job_name(tmp_path / "other")),
    ]
    snapshot = Snapshot("c", 1000, {str(number): line for number, line in enumerate(lines)})
    assert snapshot.workers(name) == 2


def test_a_job_survives_proc_json() -> None:
    proc = facts(FRESH).proc
    assert proc is not None
    assert Proc.from_json(proc.to_json()) == proc
    assert says("RUNNING").life(replace(JOB, restarts=0)) is Life.ENDED


def test_workers_are_sized_by_the_largest_need_of_each_kind() -> None:
    trials = [
        wanting(guest("x"), threads=4, memory="1.5G", time="90m"),
        wanting(guest("x"), gpus=2, memory="500M", time="2d"),
        wanting(guest("x"), device="cuda"),
    ]
    size = size_of(trials[:2], SlurmSpec())
    assert (size.cpus, size.gpus, size.memory_mib) == (4, 2, 1536)
    assert size.minutes == 2 * 24 * 60 + 4  # and time to save
    assert size_of(trials, SlurmSpec()).minutes is None  # one has no limit: the partition's
    assert size_of(trials, SlurmSpec(time="12h")).minutes == 720
    alone = size_of(trials[2:], SlurmSpec())
    assert (alone.cpus, alone.gpus, alone.memory_mib) == (1, 1, None)


def test_processes_of_one_training_need_cpus_each() -> None:
    trial = replace(wanting(guest("x"), threads=3, processes=2), kind="arithmetic")
    assert size_of([trial], SlurmSpec()).cpus == 6


def test_options_of_a_job(tmp_path: Path) -> None:
    settings = SlurmSpec(partition="gpu", account="math", time="1m", setup=("module load x",))
    size = size_of([wanting(guest("x"), gpus=1, memory="2G")], settings)
    given = parameters(Lab(tmp_path), size, settings)
    assert given == {
        "job_name": job_name(tmp_path),
        "partition": "gpu",
        "account": "math",
        "time": 1,
        "cpus_per_task": 1,
        "gpus_per_node": 1,
        "mem": "2048M",
        "signal_delay_s": 30,
        "setup": ["module load x"],
        "srun_args": ["--cpus-per-task=1"],
        "additional_parameters": {"requeue": True},
    }
    few = parameters(Lab(tmp_path), size_of([guest("x")], SlurmSpec()), SlurmSpec())
    assert few["time"] is None  # not submitit's five minutes
    assert not {"partition", "mem", "gpus_per_node", "setup"} & few.keys()


def test_a_job_has_the_gpus_that_slurm_names_and_no_others() -> None:
    given = {"SLURM_CPUS_PER_TASK": "6", "SLURM_JOB_GPUS": "3,5", "CUDA_VISIBLE_DEVICES": "0,1"}
    capacity = allocated(given)
    assert capacity.cpus == 6
    assert [gpu.uuid for gpu in capacity.gpus] == ["0", "1"]
    # What the shell had that submitted it says nothing of this node.
    assert allocated({"CUDA_VISIBLE_DEVICES": "0,1"}).gpus == ()


def test_sizes_of_memory() -> None:
    assert [mib("16G"), mib("500M"), mib("1K"), mib("0.5T")] == [16384, 500, 1, 524288]


def test_without_slurm_nothing_is_queued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(Refused, match="no sbatch here"):
        site_here()
    with pytest.raises(Refused, match="no sbatch here"):
        Workers.of(Lab(tmp_path))
    assert surroundings.slurm() == ()


@pytest.mark.parametrize(
    ("said", "code", "word"),
    [
        ("CANCELLED by 1000\n", 0, "CANCELLED"),
        ("NODE_FAIL\nOUT_OF_MEMORY\n", 0, "OUT_OF_MEMORY"),  # the last of its lives
        ("", 0, ""),
        ("sacct: error: Slurm accounting storage is disabled", 1, ""),
    ],
)
def test_accounting_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int, word: str
) -> None:
    """By a program that prints what sacct of Slurm 22.05 with slurmdbd printed."""
    program = tmp_path / "sacct"
    program.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/calls\nprintf '{said}'\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    scheduler = Scheduler()
    assert [scheduler.accounted(JOB), scheduler.accounted(JOB)] == [word, word]
    assert (tmp_path / "calls").read_text() == "asked\n"


def test_where_is_local_or_slurm(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    assert cluster_workers(lab, "local", None) is None
    with pytest.raises(UsageError, match="local or slurm"):
        cluster_workers(lab, "pbs", None)
    with pytest.raises(UsageError, match="--on slurm"):
        cluster_workers(lab, "local", 2)


def test_job_names_do_not_depend_on_how_the_home_is_written(tmp_path: Path) -> None:
    os.symlink(tmp_path, tmp_path / "link")
    assert job_name(tmp_path / "link") == job_name(tmp_path)


def test_a_second_life_takes_up_what_the_first_left_and_nothing_else(tmp_path: Path) -> None:
    site = "slurm:c"
    lab = Lab(tmp_path, site)
    make_folders(lab)
    trials = [guest("x", resume="rerun") for _ in range(4)]
    specs, _ = make_specs(lab, trials, ())
    write_runs(lab, specs, {})
    mine, others, stopped, unmarked = specs
    for entry in lab.queue.entries():
        lab.queue.remove(entry)
    earlier = replace(JOB, restarts=0)
    for spec, job in ((mine, earlier), (others, replace(earlier, id="13")), (stopped, earlier)):
        attempt = lab.folder(spec.id).attempt(1)
        attempt.path.mkdir()
        proc = Proc(host=NODE, runner=Process(1, 1), child=CHILD, job=job)
        write_json(attempt.proc, proc.to_json())
    write_json(lab.folder(stopped.id).attempt(1).exit, Exit(reason="stopped", t=NOW).to_json())
    take_back(lab, JOB)
    # The last one was queued when the node failed, and its name there was lost with it.
    queued = {(entry.run, entry.attempt) for entry in lab.queue.entries()}
    assert queued == {(mine.id, 2), (unmarked.id, 1)}
