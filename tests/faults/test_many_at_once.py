"""Two TUIs and five commands at once on one lab: nothing twice, nothing lost, all answer."""

from __future__ import annotations

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from mobius_core.runs.lab import Lab
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import State
from tests.faults.hosts import document
from tests.faults.programs import Terminal, command, launched
from tests.runs.guests import (
    processes_of,
    until,
    until_log,
    until_over,
    until_state,
)

JOBS = 8
ANSWERS = {0, 4}
"""Done, or refused by the state that another command has just made."""


@pytest.mark.slow
def test_all_queue_the_same(lab: Lab, tmp_path: Path) -> None:
    """Seven submissions of one sweep, and each trial is queued and run once."""
    script = f"echo {{seed}} >> {tmp_path}/diary; echo up"
    (tmp_path / "experiments.toml").write_text(document(jobs=script) + f"seeds = {JOBS}\n")
    with ExitStack() as stack:
        terminals = [Terminal(tmp_path, lab) for _ in range(2)]
        for terminal in terminals:
            stack.callback(terminal.end)
            terminal.until_drawn("jobs")
            terminal.press("R")
            terminal.until_drawn("y yes")
        launchers = [stack.enter_context(launched(tmp_path, lab, "run", "jobs")) for _ in range(5)]
        for terminal in terminals:
            terminal.press("y")
        assert [launcher.wait() for launcher in launchers] == [0] * 5
        until(lambda: len(lab.scan()) == JOBS, "the runs")
        for run in lab.scan():
            assert until_over(lab, run).state is State.DONE
        for terminal in terminals:
            terminal.until_drawn(f"{JOBS}/{JOBS}")
    assert sorted((tmp_path / "diary").read_text().split()) == [str(seed) for seed in range(JOBS)]
    assert len(lab.scan()) == JOBS
    assert lab.queue.entries() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("stop", "stop", "kill", "kill", "resume"),
        ("kill", "retry", "tag", "note", "status"),
    ],
    ids=lambda words: "-".join(words),
)
def test_all_want_something_else_of_one_run(
    lab: Lab, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Whatever their order, each ends with 0 or with one sentence, and the run is over for good."""
    change_slots(lab.home, {"cpus": "1"})
    (tmp_path / "experiments.toml").write_text(document(job="echo up; exec sleep 1000"))
    with ExitStack() as stack:
        for _ in range(2):
            stack.callback(Terminal(tmp_path, lab).end)
        with launched(tmp_path, lab, "run", "job") as launcher:
            assert launcher.wait() == 0
        (run,) = lab.scan()
        until_log(run, "up")
        until_state(lab, run, State.RUNNING)
        more = {"tag": ["x"], "note": ["x"]}
        commands = [
            subprocess.Popen(
                command(word, run.id, *more.get(word, []), "--home", str(lab.home)),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for word in words
        ]
        for one in commands:
            _, said = one.communicate()
            assert one.returncode in ANSWERS, said
            assert len(said.splitlines()) <= 1, said
        # `resume` or `retry` may have come last and set it going again.
        subprocess.run(
            command("kill", "job", "--home", str(lab.home)), capture_output=True, check=False
        )
        for one_run in lab.scan():
            assert until_over(lab, one_run).state in (State.STOPPED, State.KILLED)
            assert processes_of(one_run) == []
    seen = subprocess.run(
        command("status", "--json", "--home", str(lab.home)), capture_output=True, check=True
    )
    assert {one["state"] for one in json.loads(seen.stdout)["runs"]} <= {"stopped", "killed"}
