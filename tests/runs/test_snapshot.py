"""Code, data and packages that change between submission and start are noticed and named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mobius_core.config.trial import Json, Trial
from mobius_core.runs import events, snapshot
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.missing import build_trial
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import State
from mobius_core.runs.snapshot import Snapshots, data_sum, drift, look_at
from mobius_core.runs.submit import submit
from mobius_tui.cli.run_table import outcome
from tests.runs.guests import guest, shell, until_over, until_state

SAME: dict[str, Json] = {
    "commit": "1" * 40,
    "diff": "0",
    "guest_commit": "a" * 40,
    "guest_diff": "0",
    "code": "c0de",
    "data": "da7a",
    "packages": {"torch": "2.12", "numpy": "2.4"},
}
TABLE: list[tuple[str, dict[str, Json], str]] = [
    ("nothing", {}, ""),
    ("commit", {"commit": "2" * 40}, "commit 1111111111 is now 2222222222"),
    ("no repository any more", {"commit": None}, "commit 1111111111 is now gone"),
    ("an edit", {"diff": "7"}, "other uncommitted changes"),
    ("the guest", {"guest_commit": "b" * 40, "guest_diff": "7"},
     "the program's commit aaaaaaaaaa is now bbbbbbbbbb, other uncommitted changes of the program"),
    ("our own code", {"code": "beef"}, "other code of mobius itself"),
    ("data", {"data": "beef"}, "another data set"),
    ("data that is gone", {"data": None}, "another data set"),
    ("packages", {"packages": {"torch": "2.13", "scipy": "1.17"}},
     "numpy 2.4 is now none, scipy none is now 1.17, torch 2.12 is now 2.13"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "changes", "words"), TABLE, ids=[row[0] for row in TABLE])
def test_drift(case: str, changes: dict[str, Json], words: str) -> None:
    assert drift(SAME, {**SAME, **changes}) == words


@pytest.mark.parametrize("name", sorted(SAME))
def test_what_was_not_known_is_not_judged(name: str) -> None:
    without = {key: value for key, value in SAME.items() if key != name}
    assert drift(without, SAME) == ""
    assert drift({**SAME, name: None}, SAME) == ""
    assert drift(SAME, without) == ""


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "train.sh").write_text("echo one\n")
    (folder / "experiments.toml").write_text("schema = 1\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def test_a_repository(repository: Path) -> None:
    clean = look_at(str(repository))
    assert clean[0] is not None
    assert (
        clean[0]
        == subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=repository, text=True).strip()
    )
    (repository / "experiments.toml").write_text("schema = 1\n# one more experiment\n")
    (repository / "results.txt").write_text("not in git\n")
    assert look_at(str(repository)) == clean
    (repository / "train.sh").write_text("echo two\n")
    edited = look_at(str(repository))
    assert (edited[0], edited[1]) == (clean[0], edited[1])
    assert edited[1] != clean[1]
    git(repository, "commit", "-qam", "second")
    committed = look_at(str(repository))
    assert committed[0] != clean[0]
    assert committed[1] == clean[1]


def test_no_repository_and_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look_at(str(repository.parent)) == (None, None)
    assert look_at(str(repository / "gone")) == (None, None)
    monkeypatch.setenv("PATH", "/nonexistent")
    assert look_at(str(repository)) == (None, None)


def test_a_git_that_hangs_is_given_up(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As over a network disk that is away; the run starts, and nothing is claimed of its code."""
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(snapshot, "PATIENCE", 0.1)
    begin = time.monotonic()
    taken = Snapshots().take(guest("true"), tmp_path, str(repository), sys.executable)
    assert time.monotonic() - begin < 5
    assert set(taken) == {"code", "data"}


def test_a_look_is_shared_by_jobs_of_the_same_moment(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = Snapshots()
    before = snapshots.take(guest("true"), tmp_path, str(repository), sys.executable)
    monkeypatch.setenv("PATH", "/nonexistent")  # another look would find nothing
    assert snapshots.take(guest("true"), tmp_path, str(repository), sys.executable) == before
    assert Snapshots().take(guest("true"), tmp_path, str(repository), "")["commit"] is None


def data_set(home: Path, checksum: str) -> Trial:
    folder = home / "data" / "small-0123"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"checksums": {"n.npy": checksum}}))
    trial = guest("true")
    data: dict[str, Json] = {"name": "small", "hash": "0123"}
    trial.tables["data"] = data  # type: ignore[index]
    return trial


def test_a_data_set(tmp_path: Path) -> None:
    trial = data_set(tmp_path, "aa")
    first = data_sum(tmp_path, trial)
    assert first is not None
    assert data_sum(tmp_path, data_set(tmp_path, "aa")) == first
    assert data_sum(tmp_path, data_set(tmp_path, "bb")) != first
    assert data_sum(tmp_path / "elsewhere", trial) is None
    assert data_sum(tmp_path, guest("true")) is None
    assert data_sum(tmp_path, build_trial({"name": "small", "hash": "0123"})) is None


def test_code_edited_while_a_run_waits_is_told(lab: Lab, repository: Path, tmp_path: Path) -> None:
    change_slots(lab.home, {"cpus": "1"})
    gate = tmp_path / "gate"
    first = shell(f"while [ ! -e {gate} ]; do sleep 0.02; done")
    second = guest("sh", "train.sh", cwd=str(repository))
    runs = submit(lab, [first, second]).queued
    until_state(lab, runs[0], State.RUNNING)
    (repository / "train.sh").write_text("echo two\n")
    gate.touch()
    done = until_over(lab, runs[1])
    assert RunFolder(done.folder).log.read_text() == "two\n"
    assert done.warning == "drift: other uncommitted changes of the program"
    told = [event for event in events.read(done.folder) if event["event"] == "drift"]
    assert [event["message"] for event in told] == [
        "since it was submitted: other uncommitted changes of the program"
    ]
    assert outcome(done) == done.warning
    assert until_over(lab, runs[0]).warning == ""


def test_a_guest_in_the_same_repository_is_looked_at_once(repository: Path, tmp_path: Path) -> None:
    (repository / "programs").mkdir()
    trial = guest("true", cwd=str(repository / "programs"))
    taken = Snapshots().take(trial, tmp_path, str(repository), sys.executable)
    assert taken["commit"] is not None
    assert not any(name.startswith("guest") for name in taken)
    elsewhere = Snapshots().take(trial, tmp_path, str(tmp_path), sys.executable)
    assert elsewhere["guest_commit"] == taken["commit"]
