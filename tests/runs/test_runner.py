"""Guests from submission to their end, by real detached runners."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mobius_core.config.trial import Json, Trial
from mobius_core.runs.facts import read_exit
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.process import this_host
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import State
from mobius_core.runs.submit import submit
from tests.runs.guests import (
    child_of,
    events_of,
    guest,
    proc_of,
    shell,
    start,
    until,
    until_log,
    until_over,
    until_state,
    wanting,
)


def verdict(reason: str, message: str = "") -> str:
    """Shell that leaves a verdict, as our own children do; braces are doubled for the runner."""
    document = f'{{{{"reason": "{reason}", "message": "{message}"}}}}'
    return f"echo '{document}' > {{run}}/attempts/1/verdict.json"


@pytest.mark.parametrize(
    ("script", "state", "rc", "message"),
    [
        ("exit 0", State.DONE, 0, ""),
        ("exit 3", State.FAILED, 3, "exit code 3"),
        ("kill -SEGV $$", State.FAILED, None, "ended by SIGSEGV"),
        ("echo RuntimeError: CUDA out of memory. Tried; exit 1", State.OOM, 1, "memory ran out"),
        (verdict('nan', 'loss at 7') + '; exit 9', State.NAN, 9, "loss at 7"),
        (verdict('nan'), State.DONE, 0, ""),
        (verdict('lovely') + '; exit 1', State.FAILED, 1, "exit code 1"),
    ],
)  # fmt: skip
def test_how_a_child_ends_is_told(
    lab: Lab, script: str, state: State, rc: int | None, message: str
) -> None:
    run = until_over(lab, start(lab, shell(script)))
    assert (run.state, run.rc) == (state, rc)
    assert message in run.message
    assert bool(run.message) == bool(message)
    ended = read_exit(RunFolder(run.folder).attempt(1))
    assert ended is not None
    assert ended.signal == (11 if "SEGV" in script else None)


@pytest.mark.parametrize(
    ("trial", "message"),
    [
        (guest("/nonexistent/program"), "/nonexistent/program: No such file"),
        (guest("true", cwd="/nonexistent/folder"), "/nonexistent/folder: No such file"),
        (guest("echo", "{typo}"), "typo"),
        (wanting(guest("true"), time="soon"), "resources.time"),
    ],
)
def test_what_cannot_start_is_a_mistake_in_the_file(lab: Lab, trial: Trial, message: str) -> None:
    run = until_over(lab, start(lab, trial))
    assert run.state is State.CONFIG
    assert message in run.message


def test_placeholders_folder_and_environment(lab: Lab, tmp_path: Path) -> None:
    program = shell(
        "echo s={seed} r={run} lr={lr} f={flag} {{x}}; pwd; env",
        cwd=str(tmp_path),
        env={"WHERE": "{run}/dump"},
    )
    params: dict[str, Json] = {"lr": 2.5e-4, "flag": True}
    tables = {**program.tables, "params": params}
    trial = wanting(replace(program, seed=5, tables=tables), threads=2)
    run = until_over(lab, start(lab, trial))
    first, folder, *rest = RunFolder(run.folder).log.read_text().splitlines()
    assert first == f"s=5 r={run.folder} lr=0.00025 f=true {{x}}"
    assert folder == str(tmp_path)
    environment = dict(line.split("=", 1) for line in rest if "=" in line)
    expected = {
        "WHERE": f"{run.folder}/dump",
        "MOBIUS_RUN": str(run.folder),
        "MOBIUS_ATTEMPT": "1",
        "MOBIUS_HOME": str(lab.home),
        "OMP_NUM_THREADS": "2",
        "MKL_NUM_THREADS": "2",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONUNBUFFERED": "1",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "PATH": os.environ["PATH"],
    }
    assert {name: environment.get(name) for name in expected} == expected


def test_the_child_stands_alone(lab: Lab) -> None:
    """Own session, no terminal, nothing open but its log, default signals."""
    script = "import os; print(os.getsid(0) == os.getpid(), len(os.listdir('/proc/self/fd')))"
    trial = guest(sys.executable, "-S", "-c", script + "\nprint(open('/proc/self/status').read())")
    run = until_over(lab, start(lab, trial))
    text = RunFolder(run.folder).log.read_text()
    assert text.startswith("True 4\n")  # the fourth is the listing itself
    ignored = re.search(r"SigIgn:\t([0-9a-f]+)", text)
    assert ignored is not None
    # This child is Python, which ignores these two by itself; from 32 on they are the C library's.
    own = {signal.SIGPIPE, signal.SIGXFSZ}
    assert {number for number in range(1, 32) if int(ignored[1], 16) >> (number - 1) & 1} == own


def test_what_is_on_disk_while_it_runs(lab: Lab) -> None:
    run = start(lab, shell("echo up; sleep 60"))
    until_log(run, "up")
    run = until_state(lab, run, State.RUNNING)
    proc = proc_of(run)
    assert proc.host == this_host()
    assert proc.runner.is_alive()
    assert proc.child is not None
    assert proc.child.is_alive()
    assert proc.devices == (run.where,)
    assert run.where.startswith("cpu ")
    heartbeat = RunFolder(run.folder).attempt(1).heartbeat
    until(heartbeat.exists, "the first heartbeat")
    assert child_of(run).pid == os.getsid(child_of(run).pid)


def test_env_json_says_with_what_it_was_made(lab: Lab) -> None:
    run = start(lab, guest("true"))
    env = json.loads(RunFolder(run.folder).env.read_text())
    assert env["versions"]["python"].startswith("3.")
    assert re.fullmatch(r"[0-9a-f]{16}", env["code"])
    assert env["paths"]["PATH"] == os.environ["PATH"]
    assert (env["commit"], env["diff"]) == (None, None)
    until_over(lab, run)
    # The event is told after exit.json says so.
    until(lambda: events_of(run) == ["queued", "started", "done"], "the last event")


def test_never_more_at_once_than_slots_and_in_order(lab: Lab, tmp_path: Path) -> None:
    """Each guest notes when it began and ended; the tallest pile of them is two."""
    diary = tmp_path / "diary"
    script = f'echo "+ {{seed}}" >> {diary}; sleep 0.05; echo "- {{seed}}" >> {diary}'
    trials = [replace(shell(script), seed=seed) for seed in range(24)]
    runs = submit(lab, trials).queued
    for run in runs:
        assert until_over(lab, run).state is State.DONE
    entries = diary.read_text().split("\n")[:-1]
    running, most = 0, 0
    for entry in entries:
        running += 1 if entry.startswith("+") else -1
        most = max(most, running)
    assert most == 2
    started = sorted(lab.scan(), key=lambda run: run.started or 0.0)
    began = [run.trial.seed for run in started]
    assert began == list(range(24))


def test_larger_priority_first(lab: Lab, tmp_path: Path) -> None:
    change_slots(lab.home, {"cpus": "1"})
    diary = tmp_path / "diary"
    gate = tmp_path / "gate"
    first = start(lab, shell(f"while [ ! -e {gate} ]; do sleep 0.01; done"))
    until_state(lab, first, State.RUNNING)
    priorities = [0, 5, -3, 5]
    trials = [
        wanting(shell(f"echo {seed} >> {diary}"), priority=priority)
        for seed, priority in enumerate(priorities)
    ]
    runs = submit(lab, trials).queued
    gate.touch()
    for run in runs:
        until_over(lab, run)
    assert diary.read_text().split() == ["1", "3", "0", "2"]


def test_a_wide_run_is_not_starved_by_narrow_ones(lab: Lab, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    narrow = [shell(f"sleep 0.05; echo narrow >> {diary}") for _ in range(6)]
    wide = wanting(shell(f"echo wide >> {diary}"), threads=2)
    runs = submit(lab, [*narrow[:3], wide, *narrow[3:]]).queued
    for run in runs:
        until_over(lab, run)
    assert diary.read_text().split().index("wide") == 3


def test_time_limit(lab: Lab) -> None:
    run = until_over(lab, start(lab, wanting(guest("sleep", "60"), time="0.3s")))
    assert run.state is State.TIMEOUT
    assert "ending" in events_of(run)


def test_runners_leave_when_nothing_is_queued(lab: Lab) -> None:
    run = start(lab, guest("sleep", "0.2"))
    runner = proc_of(run).runner
    until_over(lab, run)
    until(lambda: not runner.is_alive(), "the runner to leave")
    assert (lab.home / "runner.log").read_text() == ""
