"""Grandchildren that flee, and terminals that close."""

from __future__ import annotations

import os
import pty
import signal
import sys
from pathlib import Path

from mobius_core.runs import control
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from tests.runs.guests import (
    events_of,
    now,
    processes_of,
    shell,
    start,
    until,
    until_log,
    until_over,
    until_state,
)

FLEES = "setsid sh -c 'trap \"\" TERM INT HUP; echo fled; while :; do sleep 0.02; done' &"


def test_a_grandchild_that_called_setsid_is_gone_after_kill(lab: Lab) -> None:
    run = start(lab, shell(f"{FLEES} wait"))
    until_log(run, "fled")
    assert len(processes_of(run)) >= 2
    control.kill(lab, [now(lab, run)])
    assert until_over(lab, run).state is State.KILLED
    assert processes_of(run) == []


def test_a_grandchild_left_behind_is_gone_before_the_slot_is_free(lab: Lab) -> None:
    """The child ends well at once; what it left ignores TERM and gets KILL two seconds later."""
    run = start(lab, shell(f"{FLEES} while ! grep -q fled {{run}}/log.txt; do sleep 0.02; done"))
    run = until_over(lab, run)
    assert run.state is State.DONE
    assert processes_of(run) == []
    assert "swept" in events_of(run)


def test_a_closed_terminal_leaves_runs_alive(lab: Lab, tmp_path: Path) -> None:
    """`mobius run --follow` on a terminal of its own, which then goes away with its session."""
    gate = tmp_path / "gate"
    (tmp_path / "experiments.toml").write_text(
        "schema = 1\n[experiments.slow]\ntask = { kind = 'command' }\n"
        f"command = {{ argv = ['sh', '-c', 'while [ ! -e {gate} ]; do sleep 0.02; done'] }}\n"
    )
    argv = [sys.executable, "-m", "mobius_tui", "run", "slow", "--follow"]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.environ.update(TERM="xterm", MOBIUS_HOME=str(lab.home))
        os.execv(argv[0], argv)
    run = until(lambda: next(iter(lab.scan()), None), "the run")
    until_state(lab, run, State.RUNNING)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGHUP
    assert now(lab, run).state is State.RUNNING
    gate.touch()
    assert until_over(lab, run).state is State.DONE
    assert RunFolder(run.folder).log.read_text() == ""
