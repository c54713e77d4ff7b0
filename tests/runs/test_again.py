"""Further attempts without anybody asking, and sweeps that stop after failures."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from mobius_core.runs import control
from mobius_core.runs.again import AFTER_OOM, delay_after
from mobius_core.runs.lab import Lab
from mobius_core.runs.mend import mend
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import State
from mobius_core.runs.submit import submit
from mobius_core.runs.wait import wait
from tests.runs.guests import (
    events_of,
    following,
    guest,
    now,
    proc_of,
    shell,
    start,
    until,
    until_over,
    until_state,
    wanting,
)

FAILS_TWICE = 'echo "attempt $MOBIUS_ATTEMPT"; [ $MOBIUS_ATTEMPT -gt 2 ]'


def test_a_failed_run_is_tried_again_where_that_is_wanted(lab: Lab) -> None:
    run = start(lab, wanting(shell(FAILS_TWICE), retries=5, retry_on=["failed"]))
    after = start(lab, following(guest("true", experiment="later"), "e"))
    until_state(lab, run, State.DONE)
    assert now(lab, run).attempt == 3
    assert events_of(run).count("retried") == 2
    assert until_over(lab, after).state is State.DONE


@pytest.mark.parametrize(
    ("resources", "attempts"),
    [
        ({"retries": 1, "retry_on": ["failed"]}, 2),
        ({"retries": 3, "retry_on": ["oom", "timeout"]}, 1),
        ({"retries": 3}, 1),
        ({"retry_on": ["failed"]}, 1),
    ],
)
def test_no_more_often_and_for_nothing_else(
    lab: Lab, resources: dict[str, int | list[str]], attempts: int
) -> None:
    trial = wanting(shell(FAILS_TWICE), **resources)  # type: ignore[arg-type]
    run = start(lab, trial)
    until_state(lab, run, State.FAILED)
    runner_gone = until_over(lab, run)
    assert (runner_gone.state, runner_gone.attempt) == (State.FAILED, attempts)


def test_want_of_memory_is_waited_out(lab: Lab) -> None:
    """Queued, but not in the queue before its time; others go first, and it may be stopped."""
    change_slots(lab.home, {"cpus": "1"})
    trial = wanting(shell("echo CUDA out of memory; exit 1"), retries=1, retry_on=["oom"])
    first, second = submit(lab, [trial, guest("true")]).queued
    assert until_over(lab, second).state is State.DONE
    assert now(lab, first).state is State.QUEUED
    assert lab.queue.entries() == []
    assert proc_of(first).runner.is_alive()
    assert delay_after(State.OOM) == AFTER_OOM
    # With the runner gone whoever comes next takes it up.
    proc_of(first).runner.send(signal.SIGKILL)
    until(lambda: not proc_of(first).runner.is_alive(), "its end")
    assert now(lab, first).state is State.QUEUED
    mend(lab, lab.scan())
    assert [entry.run for entry in lab.queue.entries()] == [first.id]
    control.stop(lab, [now(lab, first)])
    assert until_over(lab, first).state is State.STOPPED


def test_a_lost_run_is_tried_again_by_whoever_looks(lab: Lab) -> None:
    script = "[ $MOBIUS_ATTEMPT -gt 1 ] || exec sleep 60"
    run = start(lab, wanting(shell(script), retries=1))
    until_state(lab, run, State.RUNNING)
    proc_of(run).runner.send(signal.SIGKILL)
    until_state(lab, run, State.LOST)
    (done,) = wait(lab, [run.id], 20)
    assert (done.state, done.attempt) == (State.DONE, 2)


def test_a_sweep_stops_after_failures(lab: Lab, tmp_path: Path) -> None:
    change_slots(lab.home, {"cpus": "1"})
    scripts = ["exit 0", "exit 1", "exit 0", "exit 2", "exit 0", "exit 0"]
    other = guest("true")
    runs = submit(lab, [shell(script) for script in scripts], stop_on_fail=2).queued
    (independent,) = submit(lab, [other]).queued
    ended = [until_over(lab, run) for run in runs]
    assert [run.state for run in ended] == [
        State.DONE,
        State.FAILED,
        State.DONE,
        State.FAILED,
        State.STOPPED,
        State.STOPPED,
    ]
    assert ended[-1].message == "before it started: 2 runs of its sweep failed"
    assert until_over(lab, independent).state is State.DONE
