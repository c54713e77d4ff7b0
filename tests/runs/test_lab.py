"""Reading a lab: selectors, and finished runs that are read once."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mobius_core.errors import NotFound, UsageError
from mobius_core.runs import control, notes, trash
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from mobius_core.runs.submit import submit
from tests.runs.guests import guest, now, start, until, until_over


def test_a_lab_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert Lab(tmp_path / "none").scan() == ()


def test_selectors(lab: Lab) -> None:
    first = replace(guest("true"), name="e/a,lr=1,s0")
    runs = submit(lab, [first, guest("true", experiment="f"), guest("true", experiment="f")]).queued
    for run in runs:
        until_over(lab, run)
    (again,) = submit(lab, [first], again=True).queued
    until_over(lab, again)

    def found(selector: str) -> list[str]:
        return [run.id for run in lab.find(selector)]

    assert found(runs[0].id) == [runs[0].id]
    assert found(runs[1].id[:-2]) == [runs[1].id] or runs[1].id[:-2] == runs[2].id[:-2]
    assert found("e/a,lr=1,s0") == [again.id]
    assert found("e") == [again.id]
    assert found("f") == [run.id for run in sorted(runs[1:], key=lambda run: run.id)]
    assert found("@last") == [again.id]
    with pytest.raises(UsageError, match="begins 4 run ids"):
        lab.find("2")
    with pytest.raises(NotFound, match="nosuch"):
        lab.find("nosuch")


def test_foreign_folders_are_not_runs(lab: Lab) -> None:
    run = until_over(lab, start(lab, guest("true")))
    (lab.runs_dir / "scratch").mkdir()
    (lab.runs_dir / ".half-made").mkdir()
    (lab.runs_dir / "file").touch()
    assert [one.id for one in lab.scan()] == [run.id]


def age(folder: RunFolder) -> None:
    """Make a folder look an hour old, as `Lab` believes only what has settled."""
    for path in (folder.path, folder.notes, folder.result):
        if path.exists():
            stamp = path.stat().st_mtime - 3600
            os.utime(path, (stamp, stamp))


def test_finished_runs_are_read_once_and_again_when_they_change(lab: Lab) -> None:
    run = until_over(lab, start(lab, guest("false", resume="rerun")))
    folder = RunFolder(run.folder)
    age(folder)
    before = now(lab, run)
    assert now(lab, run) is before
    notes.tag(lab, [run], ["look"])
    assert now(lab, run).tags == ("look",)
    age(folder)
    assert now(lab, run) is now(lab, run)
    write_json(folder.result, {"test_acc": 0.5})
    assert now(lab, run).result == {"test_acc": 0.5}
    age(folder)
    assert now(lab, run).state is State.FAILED
    control.resume(lab, [now(lab, run)])
    until(lambda: now(lab, run).attempt == 2, "the second attempt")
    assert until_over(lab, run).attempt == 2


def test_a_removed_run_is_forgotten(lab: Lab) -> None:
    run = until_over(lab, start(lab, guest("true")))
    age(RunFolder(run.folder))
    assert len(lab.scan()) == 1
    trash.remove(lab, [now(lab, run)])
    assert lab.scan() == ()
