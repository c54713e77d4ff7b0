"""Runs removed, brought back, deleted for good; and what a lab takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from mobius_core.errors import NotFound, Refused
from mobius_core.runs import notes, trash
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run
from mobius_core.runs.sizes import sizes
from mobius_core.runs.submit import submit
from tests.runs.guests import guest, now, shell, start, until_over


def ended(lab: Lab, count: int) -> list[Run]:
    runs = submit(lab, [guest("true") for _ in range(count)]).queued
    return [until_over(lab, run) for run in runs]


def content(run: Run) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}


def test_remove_takes_what_is_over_and_not_pinned(lab: Lab) -> None:
    (run,) = ended(lab, 1)
    live = start(lab, guest("sleep", "60"))
    with pytest.raises(Refused, match="mobius stop"):
        trash.remove(lab, [run, now(lab, live)])
    notes.pin(lab, [run])
    with pytest.raises(Refused, match="pinned"):
        trash.remove(lab, [now(lab, run)])
    notes.pin(lab, [run], False)
    trash.remove(lab, [now(lab, run)])
    assert [one.id for one in lab.scan()] == [live.id]
    assert not run.folder.exists()


def test_undo_brings_back_the_last_removal_whole(lab: Lab) -> None:
    first, second, third = ended(lab, 3)
    before = content(second)
    trash.remove(lab, [first])
    trash.remove(lab, [second, third])
    assert lab.scan() == ()
    assert {run.id for run in trash.undo(lab)} == {second.id, third.id}
    assert content(second) == before
    assert [run.id for run in trash.undo(lab)] == [first.id]
    with pytest.raises(NotFound, match="nothing to undo"):
        trash.undo(lab)


def test_a_week_later_it_is_deleted_by_the_next_removal(lab: Lab) -> None:
    first, second = ended(lab, 2)
    trash.remove(lab, [first])
    (batch,) = trash.trash_of(lab).iterdir()
    old = int((time.time() - trash.KEPT - 60) * 1e9)
    batch.rename(batch.with_name(str(old)))
    trash.remove(lab, [second])
    assert [run.id for run in trash.undo(lab)] == [second.id]
    assert trash.empty(lab) == 0
    trash.remove(lab, [second])
    assert trash.empty(lab) == 1
    assert list(trash.trash_of(lab).iterdir()) == []


def test_sizes_agree_with_du(lab: Lab) -> None:
    run = until_over(lab, start(lab, shell("head -c 300000 /dev/urandom", log="none")))
    others = ended(lab, 1)
    os.link(run.folder / "log.txt", run.folder / "again")
    notes.tag(lab, [run], ["x"])
    (part,) = sizes(lab)
    du = subprocess.run(
        ["du", "-s", "--block-size=1", str(run.folder), str(others[0].folder)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert part.size == sum(int(line.split()[0]) for line in du.stdout.splitlines())
    assert (part.what, part.name, part.count) == ("runs", "e", 2)
    trash.remove(lab, [run])
    assert [part.what for part in sizes(lab)] == ["runs", "trash"]


def test_commands(lab: Lab) -> None:
    old, young = ended(lab, 2)
    path = old.folder / "attempts" / "1" / "exit.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "t": time.time() - 7200}))
    os.utime(old.folder)

    def mobius(*words: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "mobius_tui", *words, "--home", str(lab.home)]
        return subprocess.run(argv, capture_output=True, text=True)

    assert mobius("rm").returncode == 2
    assert mobius("rm", "--older-than", "soon").returncode == 2
    assert mobius("undo").returncode == 3
    assert mobius("rm", "--older-than", "1h").stdout.split() == [old.id, old.trial.name]
    parts = json.loads(mobius("du", "--json").stdout)["parts"]
    assert [(part["what"], part["count"]) for part in parts] == [("runs", 1), ("trash", 1)]
    assert mobius("undo").stdout.split() == [old.id, old.trial.name]
    deleted = json.loads(mobius("rm", young.id, "--empty-trash", "--json").stdout)
    assert deleted == {"schema": 1, "removed": [young.id], "deleted": 1}
    assert [run.id for run in lab.scan()] == [old.id]
