"""Stop, kill, resume, retry."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import pytest

from mobius_core.errors import Refused, UnknownState
from mobius_core.runs import control, notes, trash
from mobius_core.runs.facts import read_proc
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import Run, State
from mobius_core.runs.wait import wait
from tests.runs.guests import (
    child_of,
    events_of,
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

SAVES = "trap 'echo saved; exit 75' TERM; echo up; while :; do sleep 0.02; done"
DEAF = "trap '' TERM INT; echo up; while :; do sleep 0.02; done"


def test_stop_lets_the_child_save(lab: Lab) -> None:
    run = start(lab, shell(SAVES))
    until_log(run, "up")
    assert [one.id for one in control.stop(lab, [now(lab, run)])] == [run.id]
    run = until_over(lab, run)
    assert (run.state, run.rc) == (State.STOPPED, 75)
    until_log(run, "saved")
    assert os.listdir(RunFolder(run.folder).control) == []


def test_a_child_that_ends_well_on_request_was_stopped_all_the_same(lab: Lab) -> None:
    run = start(lab, shell("trap 'exit 0' TERM; echo up; while :; do sleep 0.02; done"))
    until_log(run, "up")
    control.stop(lab, [now(lab, run)])
    assert until_over(lab, run).state is State.STOPPED


def test_the_experiment_chooses_the_signal(lab: Lab) -> None:
    script = "trap 'echo usr1; exit 1' USR1; echo up; while :; do sleep 0.02; done"
    run = start(lab, shell(script, stop="USR1"))
    until_log(run, "up")
    control.stop(lab, [now(lab, run)])
    assert until_over(lab, run).state is State.STOPPED
    until_log(run, "usr1")


def test_a_deaf_child_is_gone_after_its_grace(lab: Lab) -> None:
    run = start(lab, shell(DEAF, grace=0.3))
    until_log(run, "up")
    child = child_of(run)
    control.stop(lab, [now(lab, run)])
    until_state(lab, run, State.STOPPING)
    ended = until_over(lab, run)
    assert ended.state is State.STOPPED
    assert not child.is_alive()
    assert ended.ended is not None
    assert ended.started is not None


def test_kill_does_not_wait_for_the_grace_of_a_stop(lab: Lab) -> None:
    run = start(lab, shell(DEAF, grace=600))
    until_log(run, "up")
    control.stop(lab, [now(lab, run)])
    until_state(lab, run, State.STOPPING)
    control.kill(lab, [now(lab, run)])
    assert until_over(lab, run).state is State.KILLED


def test_a_queued_run_is_stopped_before_it_starts(lab: Lab) -> None:
    change_slots(lab.home, {"cpus": "1"})
    first = start(lab, guest("sleep", "60"))
    until_state(lab, first, State.RUNNING)
    second = start(lab, guest("true"))
    control.stop(lab, [now(lab, second)])
    assert now(lab, second).state is State.STOPPED
    assert lab.queue.entries() == []
    assert not RunFolder(second.folder).log.exists()


def test_nothing_to_stop_is_refused(lab: Lab) -> None:
    run = until_over(lab, start(lab, guest("true")))
    with pytest.raises(Refused, match="is done"):
        control.stop(lab, [run])


COUNTS = 'echo "attempt $MOBIUS_ATTEMPT"; [ $MOBIUS_ATTEMPT -gt 1 ] || exec sleep 60'


def test_resume_is_the_next_attempt_in_the_same_folder(lab: Lab) -> None:
    run = start(lab, shell(COUNTS, resume="rerun"))
    until_log(run, "attempt 1")
    with pytest.raises(Refused, match="mobius stop"):
        control.resume(lab, [now(lab, run)])
    control.stop(lab, [now(lab, run)])
    control.resume(lab, [until_over(lab, run)])
    until_log(run, "attempt 2")
    run = until_over(lab, run)
    assert (run.state, run.attempt) == (State.DONE, 2)
    assert RunFolder(run.folder).log.read_text() == "attempt 1\nattempt 2\n"
    # The verdict, by which a run is over, is written before the event that tells of it.
    until(lambda: events_of(run)[-1] == "done" or None, "the last event")
    assert [event for event in events_of(run) if event != "ending"] == [
        "queued", "started", "stopped", "resumed", "started", "done",
    ]  # fmt: skip
    with pytest.raises(Refused, match="mobius retry"):
        control.resume(lab, [run])
    bad = until_over(lab, start(lab, guest("false", resume="rerun")))
    assert [one.id for one in control.resume(lab, [run, bad])] == [bad.id]


def test_resume_may_have_its_own_argv(lab: Lab) -> None:
    trial = guest("false", resume=["echo", "from {run}"])
    run = until_over(lab, start(lab, trial))
    control.resume(lab, [run])
    until_log(run, f"from {run.folder}")


def test_a_program_that_cannot_continue_is_not_resumed(lab: Lab) -> None:
    run = until_over(lab, start(lab, guest("false")))
    with pytest.raises(Refused, match="never"):
        control.resume(lab, [run])


def test_retry_is_a_new_folder_that_names_the_old(lab: Lab) -> None:
    run = until_over(lab, start(lab, guest("false")))
    (second,) = control.retry(lab, [run])
    spec = lab.spec(second.id)
    assert spec is not None
    assert spec.retry_of == run.id
    assert second.id != run.id
    assert second.trial == run.trial
    assert until_over(lab, second).attempt == 1


def test_nothing_new_while_a_recorded_process_lives(lab: Lab) -> None:
    """The folder says it ended, but its child is there: somebody's clock or disk lied."""
    run = until_over(lab, start(lab, guest("false", resume="rerun")))
    other = start(lab, guest("sleep", "60"))
    attempt = RunFolder(run.folder).attempt(1)
    proc = read_proc(attempt)
    assert proc is not None
    write_json(attempt.proc, replace(proc, child=child_of(other)).to_json())
    for request in (control.resume, control.retry, trash.remove):
        with pytest.raises(Refused, match=f"process {child_of(other).pid} of {run.id}"):
            request(lab, [now(lab, run)])


def test_a_silent_host_is_not_guessed_about(lab: Lab) -> None:
    run = start(lab, guest("sleep", "60", resume="rerun"))
    proc = proc_of(run)
    until_state(lab, run, State.RUNNING)
    attempt = RunFolder(run.folder).attempt(1)
    write_json(attempt.proc, replace(proc, host=replace(proc.host, name="elsewhere")).to_json())
    for path in (attempt.heartbeat, attempt.path):
        until(path.exists)
        os.utime(path, (1, 1))
    assert now(lab, run).state is State.UNKNOWN
    assert wait(lab, [run.id])[0].state is State.UNKNOWN
    for request in (control.resume, control.retry, control.stop):
        with pytest.raises(UnknownState, match="silent"):
            request(lab, [now(lab, run)])
    write_json(attempt.proc, proc.to_json())


def test_notes(lab: Lab) -> None:
    run = until_over(lab, start(lab, guest("true")))
    notes.tag(lab, [run], ["look", "again", "look"])
    notes.note(lab, [run], "beats the oracle?")
    notes.tag(lab, [run], ["late"], ["again", "absent"])
    noted: Run = now(lab, run)
    assert (noted.tags, noted.note, noted.pinned) == (("look", "late"), "beats the oracle?", False)


def test_a_run_removed_while_it_runs_is_ended(lab: Lab) -> None:
    run = start(lab, shell("echo up; sleep 60"))
    until_log(run, "up")
    runner = proc_of(run).runner
    shutil.rmtree(run.folder)
    assert lab.scan() == ()
    until(lambda: not processes_of(run), "its processes to end")
    until(lambda: not runner.is_alive(), "the runner to leave")
    assert (lab.home / "runner.log").read_text() == ""
