"""The state of a run as a table: facts, host and time in, one word out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mobius_core.runs.facts import Exit, Facts, Proc
from mobius_core.runs.process import Host, Process
from mobius_core.runs.run import State
from mobius_core.runs.state import state_of

NOW = 1_000_000.0
HERE = Host("alpha", "boot-1", "pid:[1]")
REBOOTED = replace(HERE, boot_id="boot-0")
CONTAINER = replace(HERE, pid_namespace="pid:[2]")
ELSEWHERE = Host("beta", "boot-9", "pid:[1]")
RUNNER, CHILD = Process(100, 5), Process(101, 6)


def proc(host: Host = HERE, child: Process | None = CHILD) -> Proc:
    return Proc(host=host, runner=RUNNER, child=child, t=NOW - 500)


def facts(
    host: Host = HERE,
    child: Process | None = CHILD,
    alive: tuple[Process, ...] = (),
    silent: float = 0.0,
    **more: object,
) -> Facts:
    """A claimed attempt whose heartbeat is `silent` seconds old."""
    return Facts(
        attempt=1,
        claimed=NOW - 500,
        proc=proc(host, child),
        heartbeat=NOW - silent,
        alive=frozenset(alive),
        **more,  # type: ignore[arg-type]
    )


def ended(reason: str, **more: object) -> Facts:
    return replace(facts(**more), exit=Exit(reason=reason, t=NOW))  # type: ignore[arg-type]


TABLE = [
    ("no attempt", Facts(), State.QUEUED),
    ("no attempt, behind another", Facts(unmet=("x",)), State.WAITING),
    ("claimed a moment ago", Facts(attempt=1, claimed=NOW - 1), State.STARTING),
    ("claimed, and its runner died at once", Facts(attempt=1, claimed=NOW - 61), State.LOST),
    ("runner alive, no child yet", facts(child=None, alive=(RUNNER,)), State.STARTING),
    ("runner died before the child", facts(child=None), State.LOST),
    ("both alive", facts(alive=(RUNNER, CHILD)), State.RUNNING),
    ("only the child is left", facts(alive=(CHILD,)), State.RUNNING),
    ("asked to stop", facts(alive=(RUNNER, CHILD), stop_asked=True), State.STOPPING),
    ("child gone, runner sweeps up", facts(alive=(RUNNER,)), State.STOPPING),
    ("nobody left, no end written", facts(), State.LOST),
    ("nobody left after a stop request", facts(stop_asked=True), State.LOST),
    ("resume asked after it was lost", facts(resume_asked=True), State.QUEUED),
    ("resume asked, data rebuilt first", facts(resume_asked=True, unmet=("x",)), State.WAITING),
    ("reboot, heartbeat of seconds ago", facts(host=REBOOTED, silent=3), State.LOST),
    ("reboot, same pids alive again", facts(host=REBOOTED, alive=(RUNNER, CHILD)), State.LOST),
    ("another host, fresh", facts(host=ELSEWHERE, silent=59), State.RUNNING),
    ("another host, fresh, no child", facts(host=ELSEWHERE, child=None), State.STARTING),
    ("another host, silent", facts(host=ELSEWHERE, silent=61), State.UNKNOWN),
    ("another host, silent, to be stopped", facts(host=ELSEWHERE, silent=61, stop_asked=True),
     State.UNKNOWN),
    ("another container of this host", facts(host=CONTAINER, silent=5), State.RUNNING),
    ("silent container of this host", facts(host=CONTAINER, silent=61), State.UNKNOWN),
    ("clock a day ahead, child alive", facts(alive=(RUNNER, CHILD), silent=86400), State.RUNNING),
    ("heartbeat in the future", facts(host=ELSEWHERE, silent=-86400), State.RUNNING),
    ("ended elsewhere, then silence", ended("done", host=ELSEWHERE, silent=9999), State.DONE),
    ("ended, its runner works on", ended("failed", alive=(RUNNER,)), State.FAILED),
    ("ended, next attempt asked", ended("preempted", resume_asked=True), State.QUEUED),
    ("a reason of a later version", ended("vanished"), State.FAILED),
    *[(f"ended as {reason}", ended(reason), reason) for reason in State if reason.is_over],
]  # fmt: skip


@pytest.mark.parametrize(("case", "given", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_state(case: str, given: Facts, expected: State) -> None:
    assert state_of(given, HERE, NOW) is expected


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_pending_live_or_over(state: State) -> None:
    assert [state.is_pending, state.is_live, state.is_over].count(True) == 1
