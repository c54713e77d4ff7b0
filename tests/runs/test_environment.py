"""env.json: what a run was made with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mobius_core.runs.environment import LONGEST_DIFF, code_hash, describe, git_state


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("lr = 1\n")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def test_commit_and_what_is_not_committed(repository: Path) -> None:
    state = git_state(repository)
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=repository, text=True)
    assert (state["commit"], state["diff"]) == (head.strip(), "")
    (repository / "train.py").write_text("lr = 2\n")
    assert "-lr = 1\n+lr = 2\n" in str(git_state(repository)["diff"])


def test_a_huge_diff_is_cut_and_says_so(repository: Path) -> None:
    (repository / "train.py").write_text("x\n" * LONGEST_DIFF)
    state = git_state(repository)
    assert state["diff_is_cut"] is True
    assert len(str(state["diff"])) == LONGEST_DIFF


def test_outside_of_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert git_state(tmp_path) == {"source": str(tmp_path), "commit": None, "diff": None}
    assert git_state(tmp_path / "gone")["commit"] is None


def test_without_git_there_is_no_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert git_state(repository)["commit"] is None


def test_the_description_is_complete(tmp_path: Path) -> None:
    described = describe(tmp_path)
    assert described["code"] == code_hash()
    assert described["host"] == os.uname().nodename
    versions = described["versions"]
    assert isinstance(versions, dict)
    assert set(versions) >= {"python", "numpy", "torch"}
