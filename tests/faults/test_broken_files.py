"""EIO on each file that a run writes: a state, a sentence, nothing half-written, the queue goes on.

A training of a few seconds, whose next step can always be awaited, and a guest.
"""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from mobius_core.runs import control, events
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import State
from mobius_core.runs.submit import submit
from tests.faults.faulty import BadFiles, bad_files
from tests.faults.trainings import leftovers, rows, training
from tests.runs.guests import (
    child_of,
    events_of,
    guest,
    now,
    shell,
    start,
    until,
    until_log,
    until_over,
    until_state,
)

WAITS = "echo up; while [ ! -e {run}/../../gate ]; do sleep 0.02; done; "


@pytest.fixture
def one_slot(lab: Lab) -> Lab:
    change_slots(lab.home, {"cpus": "1"})
    return lab


@pytest.fixture
def bad(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> BadFiles:
    return bad_files(monkeypatch, tmp_path / "bad", request.param, errno.EIO)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bad", "file"),
    [
        ("log.txt", "log.txt"),
        ("metrics.jsonl", "metrics.jsonl"),
        ("best.pt", "checkpoints/best.pt"),
        ("last.pt", "checkpoints/last.pt"),
    ],
    indirect=["bad"],
)
def test_a_training_ends_as_io_and_goes_on_when_mended(
    one_slot: Lab, tmp_path: Path, bad: BadFiles, file: str
) -> None:
    """Broken after its first rows; best.pt before them, last.pt when a stop makes it write that."""
    lab = one_slot
    if "best" in file:
        bad.begin()
    first, second = submit(lab, [training(tmp_path), guest("true")]).queued
    until_log(first, "step       0" if "best" in file else "step      50")
    bad.begin()
    if "last" in file:
        control.stop(lab, [now(lab, first)])
    broken = until_over(lab, first)
    assert broken.state is State.IO
    assert broken.message == (
        f"cannot write {first.folder / file}: Input/output error; see `mobius doctor`"
    )
    assert until_over(lab, second).state is State.DONE
    assert leftovers(first) == []
    before = rows(first)
    bad.mend()
    control.resume(lab, [broken])
    until(lambda: rows(first)[-1] > before[-1], "a further row")
    control.stop(lab, [now(lab, first)])
    assert until_over(lab, first).state is State.STOPPED


@pytest.mark.parametrize("bad", ["exit.json"], indirect=True)
def test_an_end_that_cannot_be_written_is_awaited(one_slot: Lab, bad: BadFiles) -> None:
    """Ending, and said to be so, until the disk takes it; then the queue goes on."""
    lab = one_slot
    bad.begin()
    first, second = submit(lab, [guest("true"), guest("true")]).queued
    until_state(lab, first, State.STOPPING)
    until(lambda: not child_of(first).is_alive(), "the end of the child")
    assert now(lab, first).state is State.STOPPING
    assert now(lab, second).state is State.QUEUED
    bad.mend()
    assert until_over(lab, first).state is State.DONE
    assert until_over(lab, second).state is State.DONE
    assert leftovers(first) == []


@pytest.mark.parametrize("bad", ["proc.json"], indirect=True)
def test_a_child_that_cannot_be_recorded_does_not_run(one_slot: Lab, bad: BadFiles) -> None:
    lab = one_slot
    bad.begin()
    first, second = submit(lab, [shell("echo began"), shell("echo began")]).queued
    broken = until_over(lab, first)
    assert broken.state is State.IO
    assert "proc.json: Input/output error" in broken.message
    assert not RunFolder(first.folder).log.exists()
    assert until_over(lab, second).state is State.IO
    bad.mend()
    (again,) = control.retry(lab, [broken])
    assert until_over(lab, again).state is State.DONE


@pytest.mark.parametrize("bad", ["metrics.jsonl"], indirect=True)
def test_a_guest_whose_metrics_cannot_be_written_runs_to_its_end(
    one_slot: Lab, bad: BadFiles
) -> None:
    """The runner reads them for it: what the guest says is in its log, whole."""
    script = 'echo \'{{"step": 1, "loss": 2}}\'; ' + WAITS + 'echo \'{{"step": 2, "loss": 1}}\''
    run = start(one_slot, shell(script, log="jsonl"))
    until(lambda: RunFolder(run.folder).metrics.exists() and rows(run), "the first row")
    bad.begin()
    (one_slot.home / "gate").touch()
    assert until_over(one_slot, run).state is State.DONE
    assert rows(run) == [1]
    until(lambda: "done" in events_of(run), "the last event")
    told = [event for event in events.read(run.folder) if event["event"] == "warning"]
    assert "no more metrics: cannot write" in str(told[0]["message"])


@pytest.mark.parametrize("bad", ["log.txt"], indirect=True)
def test_a_guest_that_cannot_log_decides_for_itself(one_slot: Lab, bad: BadFiles) -> None:
    """Its exit code says what it made of that; the queue goes on."""
    script = WAITS + "echo later || exit 7; echo never"
    first, second = submit(one_slot, [shell(script), guest("true")]).queued
    until_log(first, "up")
    bad.begin()
    (one_slot.home / "gate").touch()
    over = until_over(one_slot, first)
    assert (over.state, over.rc, over.message) == (State.FAILED, 7, "exit code 7")
    assert RunFolder(first.folder).log.read_text() == "up\n"
    assert until_over(one_slot, second).state is State.DONE


@pytest.mark.parametrize("bad", ["queue.txt"], indirect=True)
def test_nothing_else_is_touched(one_slot: Lab, bad: BadFiles) -> None:
    """The fault itself: only files of that name fail."""
    bad.begin()
    run = start(one_slot, shell("echo a > {run}/queue.txt && exit 1; echo b > {run}/other.txt"))
    assert until_over(one_slot, run).state is State.DONE
    assert (run.folder / "other.txt").read_text() == "b\n"
    assert (run.folder / "queue.txt").read_text() == ""
