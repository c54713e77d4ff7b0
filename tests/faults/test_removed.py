"""A run folder removed under everybody's hands: by a person, while it runs and is looked at."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mobius_core.runs.lab import Lab
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import State
from tests.faults.hosts import document
from tests.faults.programs import Terminal, launched
from tests.runs.guests import processes_of, until, until_log, until_over, until_state


def remove(folder: Path, elsewhere: Path) -> None:
    """At once: `rm -r` alone races with who writes there, and then has to be repeated."""
    shutil.rmtree(folder.rename(elsewhere / "removed"))


def test_a_folder_removed_during_a_run(lab: Lab, tmp_path: Path) -> None:
    """Its processes end, whoever waits for it is told, and the next run begins."""
    change_slots(lab.home, {"cpus": "1"})
    (tmp_path / "experiments.toml").write_text(document(slow="echo up; sleep 1000", next="true"))
    with launched(tmp_path, lab, "run", "slow") as launcher:
        launcher.wait()
    (slow,) = lab.scan()
    until_log(slow, "up")
    until_state(lab, slow, State.RUNNING)
    with launched(tmp_path, lab, "run", "next") as launcher:
        launcher.wait()
    (following,) = (
        run for run in lab.scan() if run.id != slow.id
    )  # ids of one second sort by name
    with launched(tmp_path, lab, "run", "slow", "--follow", output=subprocess.PIPE) as follower:
        assert follower.stdout is not None
        begun = iter(follower.stdout.readline, b"")
        assert any(b"slow/s0 running" in line for line in begun)
        remove(slow.folder, tmp_path)
        told = follower.stdout.read().decode()
        assert follower.wait() == 1
    assert told.rstrip().split("\n")[-1] == (
        f"mobius: {slow.id}: the folder was removed, which ended it if it ran; "
        "`mobius run` queues its trial anew"
    )
    assert until_over(lab, following).state is State.DONE
    until(lambda: processes_of(slow) == [], "the end of its processes")
    assert not slow.folder.exists()
    assert [run.id for run in lab.scan()] == [following.id]


@pytest.mark.slow
def test_a_lab_removed_during_a_run(lab: Lab, tmp_path: Path) -> None:
    """The TUI that looks at it lives on, the child and its runner end, nothing is made anew."""
    (tmp_path / "experiments.toml").write_text(document(slow="echo up; sleep 1000"))
    terminal = Terminal(tmp_path, lab)
    terminal.until_drawn("slow")
    with launched(tmp_path, lab, "run", "slow") as launcher:
        launcher.wait()
    (slow,) = lab.scan()
    until_log(slow, "up")
    terminal.until_drawn("1 running")
    remove(lab.home, tmp_path)
    until(lambda: processes_of(slow) == [], "the end of its processes")
    terminal.until_drawn("never run: press R")
    assert not lab.runs_dir.exists()
    assert terminal.end() < 0
