"""Disks that are full or read-only: a small file system of our own, in a namespace."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mobius_core.data.build import build
from mobius_core.errors import WorkFailed
from mobius_core.metrics.write import MetricsWriter
from mobius_core.runs import control, events
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.outcome import Watch
from mobius_core.runs.run import Run, State
from mobius_core.runs.submit import submit
from mobius_core.runs.verdict import DISK_FAILURE, say_verdict
from tests.data.recipes import SMALL
from tests.faults.small_disk import empty, fill, on_a_small_disk, small_lab
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

WAITS = "echo up; while [ ! -e ../../../full ]; do sleep 0.02; done; "
NO_ROOM = "no space is left on the disk: free some, then repeat"


def mobius(*words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command on the lab of this disk."""
    argv = [sys.executable, "-m", "mobius_tui", *words, "--home", "lab"]
    done = subprocess.run(argv, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def fill_under(run: Run) -> None:
    """Fill the disk, once all is written that the runner writes at a start: what replaces a file
    gives the room of the old one back."""
    until(lambda: "started" in events_of(run), "its start")
    fill()


def fill_and_tell(run: Run) -> None:
    """The same, and only then say so to the guest: a rename takes no room."""
    Path("room").touch()
    fill_under(run)
    os.rename("room", "full")


@on_a_small_disk()
def test_a_full_disk_queues_nothing_and_says_so() -> None:
    with small_lab() as lab:
        lab.runs_dir.mkdir()
        fill()
        with pytest.raises(WorkFailed, match="No space left on device; free some space"):
            submit(lab, [guest("true") for _ in range(3)])
        assert os.listdir(lab.runs_dir) == []
        assert lab.scan() == ()


@on_a_small_disk()
def test_an_end_is_written_once_there_is_room() -> None:
    """Until its end can be recorded it is not over, and the next does not begin."""
    with small_lab() as lab:
        first, second = submit(lab, [shell(WAITS, cwd="{run}"), guest("true")]).queued
        child = child_of(first)
        fill_and_tell(first)
        until(lambda: not child.is_alive(), "the end of the child")
        assert until_state(lab, first, State.STOPPING).state.is_live
        code, out, _ = mobius("status", "--json")
        states = [run["state"] for run in json.loads(out)["runs"]]
        assert (code, sorted(states)) == (0, ["queued", "stopping"])
        empty()
        assert until_over(lab, first).state is State.DONE
        assert until_over(lab, second).state is State.DONE
        assert leftovers(first) == []


@on_a_small_disk()
def test_a_full_disk_keeps_nobody_from_killing() -> None:
    with small_lab() as lab:
        run = start(lab, shell("echo up; exec sleep 1000"))
        until_log(run, "up")
        child = child_of(run)
        fill_under(run)
        assert mobius("kill", run.id)[0] == 0
        until(lambda: not child.is_alive(), "the end of the child")
        empty()
        assert until_over(lab, run).state is State.KILLED


@on_a_small_disk()
def test_a_guest_that_fails_on_a_full_disk() -> None:
    """Its shell cannot even print; all it can do is to end."""
    with small_lab() as lab:
        script = WAITS + "head -c 9000 /dev/zero || exit 3; echo never"
        first, second = submit(lab, [shell(script, cwd="{run}"), guest("true")]).queued
        until_log(first, "up")
        fill_and_tell(first)
        until_state(lab, first, State.STOPPING)
        child = child_of(first)
        until(lambda: not child.is_alive(), "the end of the child")
        # What it said stands in the first page of its log, which is all there is.
        assert RunFolder(first.folder).log.stat().st_size == 4096
        empty()
        over = until_over(lab, first)
        assert (over.state, over.rc) == (State.FAILED, 3)
        assert until_over(lab, second).state is State.DONE


def as_many_as_fit(write: Callable[[int], object]) -> tuple[int, str]:
    """How many writes went in, and what the next one said."""
    for count in itertools.count():
        try:
            write(count)
        except (OSError, WorkFailed) as error:
            return count, str(error)
    raise AssertionError("a disk without an end")


@on_a_small_disk()
def test_rows_are_whole_or_absent() -> None:
    """As many as go into a page; then more when there is room."""
    path = Path("metrics.jsonl")
    fill(room=4096)
    with MetricsWriter(path) as writer:
        count, said = as_many_as_fit(lambda step: writer.row(step, loss=1 / 3))
        assert "No space left on device" in said
        assert path.read_bytes().endswith(b"}\n")
        assert 10 < count < 100
        empty()
        writer.row(count, loss=1 / 3)
    lines = path.read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(count + 1))


@on_a_small_disk()
def test_a_torn_event_takes_no_other_with_it() -> None:
    """Several processes write events, so nobody may cut off what the full disk tore."""
    fill(room=4096)
    folder = RunFolder(Path.cwd())
    count, said = as_many_as_fit(lambda number: events.append(folder, "warning", number=number))
    assert "No space left on device; free some space" in said
    assert not folder.events.read_bytes().endswith(b"\n")
    empty()
    events.append(folder, "done", number=count)
    numbers = [event["number"] for event in events.read(folder)]
    # Where only the end of its line was cut off, the event refused is whole all the same.
    assert numbers in ([*range(count + 1)], [*range(count + 1), count])


@on_a_small_disk()
def test_the_runner_adds_what_a_full_disk_kept_from_being_said() -> None:
    folder = RunFolder(Path.cwd())
    guest_watch = Watch(folder, folder.attempt(1), ours=False)
    our_watch = Watch(folder, folder.attempt(1), ours=True)
    assert guest_watch.judge(3, None, 0.0).message == "exit code 3"
    fill()
    assert guest_watch.judge(3, None, 0.0).message == f"exit code 3; {NO_ROOM}"
    ended = our_watch.judge(DISK_FAILURE, None, 0.0)
    told = f"the disk took nothing more, not even why; {NO_ROOM}"
    assert (ended.reason, ended.message) == (State.IO, told)


@on_a_small_disk()
def test_a_verdict_that_cannot_be_written_is_an_exit_code() -> None:
    folder = RunFolder(Path.cwd())
    folder.attempt(1).path.mkdir(parents=True)
    fill()
    assert say_verdict(folder, 1, "io", "no room", 1) == DISK_FAILURE
    assert os.listdir(folder.attempt(1).path) == []
    empty()
    assert say_verdict(folder, 1, "io", "no room", 1) == 1


@pytest.mark.slow
@on_a_small_disk()
def test_a_training_on_a_full_disk_goes_on_when_there_is_room() -> None:
    """Rows and log run full in their last pages; then not even a verdict can be written."""
    with small_lab() as lab:
        first, second = submit(lab, [training(Path.cwd()), guest("true")]).queued
        until_log(first, "step      50")
        fill_under(first)
        # Over at once where what it tried to write is removed again, which makes room for words.
        until_state(lab, first, State.STOPPING, State.IO)
        empty()
        broken = until_over(lab, first)
        assert broken.state is State.IO
        if "No space left on device" not in broken.message:
            assert broken.message.startswith("the disk took nothing more, not even why")
            assert broken.rc == DISK_FAILURE
        assert leftovers(first) == []
        assert until_over(lab, second).state is State.DONE
        before = len(rows(first))
        control.resume(lab, [broken])
        until(lambda: len(rows(first)) > before, "a further row")
        control.stop(lab, [now(lab, first)])
        assert until_over(lab, first).state is State.STOPPED


@pytest.mark.slow
@on_a_small_disk(size="4M")
def test_a_checkpoint_for_which_there_is_no_room() -> None:
    """Room for rows and verdicts, none for the megabyte of a checkpoint."""
    with small_lab() as lab:
        wide = training(Path.cwd(), "model.widths=[512,512]")
        first, second = submit(lab, [wide, guest("true")]).queued
        fill(room=500_000)
        broken = until_over(lab, first)
        said = f"cannot write {first.folder}/checkpoints/best.pt: No space left on device; "
        assert (broken.state, broken.message) == (State.IO, said + "free some space, then repeat")
        assert os.listdir(first.folder / "checkpoints") == []
        assert leftovers(first) == []
        assert until_over(lab, second).state is State.DONE


@on_a_small_disk()
def test_a_read_only_home_is_one_sentence() -> None:
    """What only looks goes on; what writes says in one line what to do."""
    sentence = "Read-only file system; choose another folder with --home"
    with small_lab() as lab:
        (run,) = submit(lab, [guest("true")]).queued
        until_over(lab, run)
    remount = ["mount", "-o", "remount,ro", str(Path.cwd())]
    # The runner has the log open for a moment longer.
    until(lambda: subprocess.run(remount, capture_output=True).returncode == 0, "read-only")
    with pytest.raises(WorkFailed, match=sentence):
        submit(lab, [guest("true")])
    with pytest.raises(WorkFailed, match=sentence):
        list(build(lab.data_dir, "rows", "0" * 16, SMALL))
    assert [one.state for one in lab.scan()] == [State.DONE]
    code, out, err = mobius("status", "--json")
    assert (code, json.loads(out)["runs"][0]["state"], err) == (0, "done", "")
    for words in (["retry", run.id], ["tag", run.id, "good"], ["rm", run.id]):
        code, out, err = mobius(*words)
        assert (code, out, len(err.splitlines())) == (1, "", 1), err
        assert sentence in err
