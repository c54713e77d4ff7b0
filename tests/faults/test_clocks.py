"""Wall clocks that jump by a day, ahead and back, under the runner, the child and who looks."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mobius_core.runs import events
from mobius_core.runs.lab import Lab
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import Run, State
from mobius_core.runs.submit import submit
from tests.faults.faulty import wrong_clock
from tests.runs.guests import (
    events_of,
    guest,
    now,
    shell,
    until,
    until_log,
    until_over,
    until_state,
    wanting,
)

DAY = 86400


def seen_by_a_command(lab: Lab) -> dict[str, str]:
    """States by id as `mobius status --json` says them in a process of its own."""
    argv = [sys.executable, "-m", "mobius_tui", "status", "--json", "--home", str(lab.home)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return {run["id"]: run["state"] for run in json.loads(done.stdout)["runs"]}


def warnings_of(run: Run) -> list[str]:
    found = [event for event in events.read(run.folder) if event["event"] == "warning"]
    return [str(event["message"]) for event in found]


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["ahead", "back"])
def test_a_jump_during_a_run_changes_nothing_but_times(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    """A limit of an hour is no matter of the wall clock; a word in the events says what happened.

    The commands that look live in the moved clock too; this process does not.
    """
    clock = wrong_clock(monkeypatch, tmp_path / "clock")
    change_slots(lab.home, {"cpus": "1"})
    waits = f"echo up; while [ ! -e {tmp_path}/gate ]; do sleep 0.02; done; date +%s"
    first, second = submit(lab, [wanting(shell(waits), time="1h"), guest("true")]).queued
    until_log(first, "up")
    until_state(lab, first, State.RUNNING)
    clock.move(jump)
    assert seen_by_a_command(lab) == {first.id: "running", second.id: "queued"}
    assert now(lab, first).state is State.RUNNING
    (tmp_path / "gate").touch()
    over = until_over(lab, first)
    assert over.state is State.DONE
    # The child, too, lived in the moved clock: else this test would show nothing.
    told = int((over.folder / "log.txt").read_text().split()[-1])
    assert abs(told - time.time() - jump) < DAY / 2
    until(lambda: events_of(first)[-1] == "done", "the last event")
    (warning,) = warnings_of(first)
    assert f"the clock was moved by {jump:+d} s" in warning
    assert until_over(lab, second).state is State.DONE
    assert warnings_of(second) == []
    assert seen_by_a_command(lab) == {first.id: "done", second.id: "done"}


@pytest.mark.parametrize("wrong", [DAY, -DAY], ids=["ahead", "behind"])
def test_a_runner_whose_clock_is_a_day_off_from_that_of_the_disk(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    """From submission on, and seen by commands with the same wrong clock."""
    wrong_clock(monkeypatch, tmp_path / "clock").move(wrong)
    gate = tmp_path / "gate"
    document = (
        "schema = 1\n[experiments.slow]\ntask = { kind = 'command' }\n"
        f"command = {{ argv = ['sh', '-c', 'while [ ! -e {gate} ]; do sleep 0.02; done'] }}\n"
    )
    (tmp_path / "experiments.toml").write_text(document)
    argv = [sys.executable, "-m", "mobius_tui", "run", "slow", "--home", str(lab.home)]
    subprocess.run(argv, cwd=tmp_path, check=True, capture_output=True)
    (run,) = lab.scan()
    assert abs(run.submitted - time.time() - wrong) < DAY / 2
    until_state(lab, run, State.RUNNING)
    assert seen_by_a_command(lab) == {run.id: "running"}
    gate.touch()
    assert until_over(lab, run).state is State.DONE
    assert warnings_of(run) == []
    assert seen_by_a_command(lab) == {run.id: "done"}
