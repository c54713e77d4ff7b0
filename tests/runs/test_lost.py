"""Runs whose runner was killed: told once, swept up after, and read to their last line."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import pytest

from mobius_core.metrics.table import MetricsTable
from mobius_core.runs import control, events
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.lost import tell_lost
from mobius_core.runs.run import Run, State
from mobius_core.runs.unread import read_unread
from mobius_tui.watch import Watch
from tests.runs.curves import curve
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
from tests.runs.test_notify import listen, said

PRINTS = """
import os, signal, sys, time
attempt = int(os.environ["MOBIUS_ATTEMPT"])
def last_words(*_):
    for step in range(100, 150):
        print('{"step": %d, "train_loss": 0.25}' % step)
    print('{"step": 150, "trai', end="", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, last_words)
for step in range(0 if attempt == 1 else 120, 10 if attempt == 1 else 123):
    print('{"step": %d, "train_loss": 0.5}' % step, flush=True)
print("ready", flush=True)
while attempt == 1:
    time.sleep(0.01)
"""
"""Prints most of its figures after its runner has been killed."""


def talkative(lab: Lab) -> Run:
    doubled = PRINTS.replace("{", "{{").replace("}", "}}")
    return start(lab, guest(sys.executable, "-S", "-E", "-c", doubled, resume="rerun"))


def kill_runner(lab: Lab, run: Run) -> Run:
    until_log(run, "ready")
    proc_of(run).runner.send(signal.SIGKILL)
    return until_state(lab, run, State.LOST)


def table_of(run: Run) -> MetricsTable:
    table = MetricsTable(RunFolder(run.folder).metrics)
    table.refresh()
    return table


FIRST = [*range(10), *range(100, 150)]


def test_what_it_printed_last_is_read_by_whoever_finds_it(lab: Lab) -> None:
    run = kill_runner(lab, talkative(lab))
    assert tell_lost(lab, [run]) == 1
    assert curve(table_of(run), "train_loss")[0] == FIRST
    before = RunFolder(run.folder).metrics.read_bytes()
    read_unread(RunFolder(run.folder), run.trial, 1, last=1)
    assert RunFolder(run.folder).metrics.read_bytes() == before


def test_what_it_printed_last_is_read_before_it_goes_on(lab: Lab) -> None:
    run = kill_runner(lab, talkative(lab))
    control.resume(lab, [run])
    done = until_over(lab, run)
    assert (done.state, done.attempt) == (State.DONE, 2)
    rows = [json.loads(line) for line in RunFolder(run.folder).metrics.read_text().splitlines()]
    assert [row["step"] for row in rows] == [*FIRST, 120, 121, 122]
    assert [row["attempt"] for row in rows] == [1] * len(FIRST) + [2] * 3
    table = table_of(run)
    assert curve(table, "train_loss")[0] == [*range(10), *range(100, 123)]
    assert table.seams == [120]


def test_a_later_attempt_is_not_written_into(lab: Lab) -> None:
    run = kill_runner(lab, talkative(lab))
    control.resume(lab, [run])
    until_over(lab, run)
    folder = RunFolder(run.folder)
    before = folder.metrics.read_bytes()
    lines = before.splitlines(keepends=True)
    folder.metrics.write_bytes(b"".join(lines[:5]))
    read_unread(folder, run.trial, 1, last=1)
    assert folder.metrics.read_bytes() == b"".join(lines[:5])


@pytest.mark.parametrize("kept", [15, 22])
def test_rows_without_a_step_are_counted_as_before(lab: Lab, kept: int) -> None:
    """Two attempts of 15 rows; some of the second are taken away and read again."""
    script = "seq -f '{{\"acc\": 0.%g}}' 1 15; false"
    run = until_over(lab, start(lab, shell(script, log="jsonl", resume="rerun")))
    control.resume(lab, [run])
    until(lambda: now(lab, run).attempt == 2, "the second attempt")
    until_over(lab, run)
    folder = RunFolder(run.folder)
    lines = folder.metrics.read_bytes().splitlines(keepends=True)
    assert [json.loads(line)["step"] for line in lines] == list(range(1, 31))
    folder.metrics.write_bytes(b"".join(lines[:kept]))
    read_unread(folder, run.trial, 2, last=2)
    read = [{**json.loads(line), "t": 0} for line in folder.metrics.read_text().splitlines()]
    assert read == [{**json.loads(line), "t": 0} for line in lines]


def test_it_is_told_once(lab: Lab, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    listen(lab, diary, "lost", "done")
    run = start(lab, guest("sleep", "600", file="figures.jsonl", log="jsonl"))
    proc_of(run).runner.send(signal.SIGKILL)
    run = until_state(lab, run, State.LOST)
    assert [tell_lost(lab, lab.scan()) for _ in range(3)] == [1, 0, 0]
    control.resume_lost(lab)
    until_over(lab, start(lab, guest("true")))
    lines = said(diary, 2)
    assert [line.split()[0] for line in lines] == ["lost", "done"]
    assert lines[0].startswith(f"lost lost {run.trial.name} neither runner nor child")
    assert [event["event"] for event in events.read(run.folder)].count("lost") == 1


FLEES = "setsid sh -c 'trap \"\" TERM INT HUP; echo ready; while :; do sleep 0.02; done' &"


def test_a_grandchild_that_fled_is_ended_when_the_loss_is_noticed(lab: Lab) -> None:
    run = start(lab, shell(f"{FLEES} wait"))
    child = child_of(run)
    run = kill_runner(lab, run)
    assert not child.is_alive()
    assert processes_of(run)
    tell_lost(lab, [run])
    until(lambda: not processes_of(run), "the end of what it left behind")


def test_a_figure_that_is_not_finite_is_told_once(lab: Lab, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    listen(lab, diary, "nan")
    script = "for s in 1 2 3; do echo '{{\"step\": '$s', \"train_loss\": NaN}}'; done"
    run = until_over(lab, start(lab, shell(script, log="jsonl")))
    assert run.state is State.DONE
    (line,) = said(diary, 1)
    assert line == f"nan running {run.trial.name} train_loss is not finite at step 1"
    assert [event["event"] for event in events.read(run.folder)].count("nan") == 1


def test_an_open_interface_tells_a_loss(lab: Lab) -> None:
    run = start(lab, guest("sleep", "600"))
    proc_of(run).runner.send(signal.SIGKILL)
    run = until_state(lab, run, State.LOST)
    watch = Watch(None, lab.home)
    for _ in range(3):
        watch.look()
    assert [event["event"] for event in events.read(run.folder)].count("lost") == 1
