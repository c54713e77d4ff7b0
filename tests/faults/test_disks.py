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
from mobius_core.runs.run import State
from mobius_core.runs.submit import submit
from tests.data.recipes import SMALL
from tests.faults.small_disk import empty, fill, on_a_small_disk, small_lab
from tests.faults.trainings import leftovers, rows, training
from tests.runs.guests import (
    child_of,
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


def fill_and_tell() -> None:
    """Fill the disk and only then say so to the guests: a rename takes no room."""
    Path("room").touch()
    fill()
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
        fill_and_tell()
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
        fill()
        assert mobius("kill", run.id)[0] == 0
        until(lambda: not child.is_alive(), "the end of the child")
        empty()
        assert until_over(lab, run).state is State.KILLED


@on_a_small_disk()
def test_a_guest_that_fails_on_a_full_disk() -> None:
    """Its shell cannot even print; all it can do is to end, and the runner adds why."""
    with small_lab() as lab:
        script = WAITS + "head -c 9000 /dev/zero || exit 3; echo never"
        first, second = submit(lab, [shell(script, cwd="{run}"), guest("true")]).queued
        until_log(first, "up")
        fill_and_tell()
        until_state(lab, first, State.STOPPING)
        child = child_of(first)
        until(lambda: not child.is_alive(), "the end of the child")
        # What it said stands in the first page of its log, which is all there is.
        assert RunFolder(first.folder).log.stat().st_size == 4096
        empty()
        over = until_over(lab, first)
        assert (over.state, over.message) == (State.FAILED, f"exit code 3; {NO_ROOM}")
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
    assert [event["number"] for event in events.read(folder)] == list(range(count + 1))


@pytest.mark.slow
@on_a_small_disk()
def test_a_training_on_a_full_disk_goes_on_when_there_is_room() -> None:
    """Rows and log run full in their last pages; then not even a verdict can be written."""
    with small_lab() as lab:
        first, second = submit(lab, [training(Path.cwd()), guest("true")]).queued
        until_log(first, "step      50")
        fill()
        until_state(lab, first, State.STOPPING)
        empty()
        broken = until_over(lab, first)
        assert broken.state is State.IO
        # Unless it failed at a best.pt, whose first half is then removed and makes room for words.
        if "best.pt" not in broken.message:
            assert broken.message == f"the disk took nothing more, not even why; {NO_ROOM}"
            assert broken.rc == 74
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
