"""kill -9 of everything in turn: no state shown falsely, no slot leaked, the queue goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from mobius_core.runs import control
from mobius_core.runs.detach import wake_idle
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import State
from mobius_core.runs.submit import submit
from tests.runs.guests import (
    child_of,
    guest,
    now,
    proc_of,
    processes_of,
    shell,
    start,
    until,
    until_log,
    until_over,
    until_state,
)

WAITS = "while [ ! -e {run}/../../gate ]; do sleep 0.02; done; echo through"


def test_launcher_killed(lab: Lab) -> None:
    """Its whole session too, as a closing connection would take it."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from mobius_core.runs.lab import Lab\n"
        "from mobius_core.runs.submit import submit\n"
        "from tests.runs.guests import shell\n"
        "lab = Lab(Path(sys.argv[1]))\n"
        f"print(submit(lab, [shell({WAITS!r})]).queued[0].id, flush=True); time.sleep(60)"
    )
    argv = [sys.executable, "-c", code, str(lab.home)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        argv, cwd=root, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as launcher:
        assert launcher.stdout is not None
        run_id = launcher.stdout.readline().strip()
        (run,) = lab.read([run_id])
        until_state(lab, run, State.RUNNING)
        os.killpg(launcher.pid, signal.SIGKILL)
    assert now(lab, run).state is State.RUNNING
    (lab.home / "gate").touch()
    assert until_over(lab, run).state is State.DONE
    assert RunFolder(run.folder).log.read_text() == "through\n"


def test_child_killed(lab: Lab) -> None:
    run = start(lab, guest("sleep", "60"))
    child_of(run).send(signal.SIGKILL)
    run = until_over(lab, run)
    assert (run.state, run.message) == (State.FAILED, "ended by SIGKILL")


def test_runner_killed(lab: Lab) -> None:
    """Its child is told to save and leave; the run is lost, its slot free, the queue goes on."""
    change_slots(lab.home, {"cpus": "1"})
    script = "trap 'echo saved; exit 75' TERM; echo up; while :; do sleep 0.02; done"
    first, second = submit(lab, [shell(script, resume="rerun"), guest("true")]).queued
    until_log(first, "up")
    runner, child = proc_of(first).runner, child_of(first)
    runner.send(signal.SIGKILL)
    until(lambda: not child.is_alive(), "the child to leave")
    assert until_over(lab, first).state is State.LOST
    until_log(first, "saved")
    assert now(lab, second).state is State.QUEUED
    wake_idle(lab)
    assert until_over(lab, second).state is State.DONE


def test_runner_killed_and_a_deaf_child_left(lab: Lab) -> None:
    """While the child lives the run runs: it is neither lost nor resumed, and can be killed."""
    change_slots(lab.home, {"cpus": "1"})
    deaf = "trap '' TERM; echo up; while :; do sleep 0.02; done"
    first, second = submit(lab, [shell(deaf, resume="rerun"), guest("true")]).queued
    until_log(first, "up")
    child_of(first)
    proc_of(first).runner.send(signal.SIGKILL)
    until(lambda: not proc_of(first).runner.is_alive(), "the end of the runner")
    assert now(lab, first).state is State.RUNNING
    assert control.resume_lost(lab) == ()
    assert now(lab, second).state is State.QUEUED
    control.kill(lab, [now(lab, first)])
    assert until_over(lab, first).state is State.LOST
    assert processes_of(first) == []
    assert until_over(lab, second).state is State.DONE


def test_resume_lost_may_be_repeated(lab: Lab) -> None:
    script = 'echo "attempt $MOBIUS_ATTEMPT"; [ $MOBIUS_ATTEMPT -gt 1 ] || exec sleep 60'
    run = start(lab, shell(script, resume="rerun"))
    never = start(lab, guest("sleep", "60"))
    until_log(run, "attempt 1")
    for one in (run, never):
        proc_of(one).runner.send(signal.SIGKILL)
        until_state(lab, one, State.LOST)
    assert [one.id for one in control.resume_lost(lab)] == [run.id]
    assert control.resume_lost(lab) == ()
    run = until_over(lab, run)
    assert (run.state, run.attempt) == (State.DONE, 2)
    assert control.resume_lost(lab) == ()
    assert now(lab, never).state is State.LOST


def test_term_to_the_runner_is_a_preemption(lab: Lab) -> None:
    """As at a shutdown: the child saves, the queue is left for later."""
    change_slots(lab.home, {"cpus": "1"})
    script = "trap 'exit 75' TERM; echo up; while :; do sleep 0.02; done"
    first, second = submit(lab, [shell(script, resume="rerun"), guest("true")]).queued
    until_log(first, "up")
    proc_of(first).runner.send(signal.SIGTERM)
    assert until_over(lab, first).state is State.PREEMPTED
    until(lambda: not proc_of(first).runner.is_alive(), "the runner to leave")
    assert now(lab, second).state is State.QUEUED


def test_leftovers_of_a_killed_runner_do_not_meet_the_next_attempt(lab: Lab) -> None:
    script = (
        "[ $MOBIUS_ATTEMPT -gt 1 ] && exit 0\n"
        "setsid sh -c 'trap \"\" TERM; while :; do sleep 0.02; done' & echo up; wait"
    )
    run = start(lab, shell(script, resume="rerun"))
    until_log(run, "up")
    until(lambda: len(processes_of(run)) >= 2, "the grandchild")
    child = child_of(run)
    proc_of(run).runner.send(signal.SIGKILL)
    until(lambda: not child.is_alive(), "the end of the child")
    until_state(lab, run, State.LOST)
    assert processes_of(run) != []
    control.resume_lost(lab)
    assert until_over(lab, run).state is State.DONE
    assert processes_of(run) == []


def test_a_queue_entry_that_a_crash_left_out_is_made_anew(lab: Lab) -> None:
    change_slots(lab.home, {"cpus": "1"})
    first, second = submit(lab, [guest("sleep", "60"), guest("true")]).queued
    until_state(lab, first, State.RUNNING)
    for entry in lab.queue.entries():
        lab.queue.remove(entry)
    assert now(lab, second).state is State.QUEUED
    control.resume_lost(lab)
    assert [entry.run for entry in lab.queue.entries()] == [second.id]
    control.kill(lab, [now(lab, first)])
    assert until_over(lab, second).state is State.DONE


def test_status_of_another_process_agrees(lab: Lab) -> None:
    run = start(lab, guest("sleep", "60"))
    until_state(lab, run, State.RUNNING)
    argv = [sys.executable, "-m", "mobius_tui", "status", "--json", "--home", str(lab.home)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert [one["state"] for one in json.loads(done.stdout)["runs"]] == ["running"]
