"""Which file, which lab."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mobius_core.config.locate import experiments_file, home
from mobius_core.errors import NotFound


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MOBIUS_FILE", raising=False)
    monkeypatch.delenv("MOBIUS_HOME", raising=False)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    return tmp_path


def test_the_nearest_parent(folder: Path) -> None:
    with pytest.raises(NotFound, match="mobius init"):
        experiments_file(None)
    (folder / "experiments.toml").touch()
    assert experiments_file(None) == folder / "experiments.toml"
    (folder / "a" / "experiments.toml").touch()
    assert experiments_file(None) == folder / "a" / "experiments.toml"
    assert home(None, None) == folder / "a" / "mobius_lab"


def test_explicit_wins_over_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "one.toml").touch()
    (folder / "two.toml").touch()
    monkeypatch.setenv("MOBIUS_FILE", str(folder / "one.toml"))
    assert experiments_file(None) == folder / "one.toml"
    assert experiments_file(Path("../../two.toml")).resolve() == folder / "two.toml"
    assert home(None, None) == folder / "mobius_lab"
    monkeypatch.setenv("MOBIUS_HOME", str(folder / "lab"))
    assert home(None, None) == folder / "lab"
    assert home(folder / "two.toml", Path("here")) == folder / "a" / "b" / "here"


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match=r"no\.toml: no such file or directory"):
        experiments_file(Path("no.toml"))
    monkeypatch.setenv("MOBIUS_FILE", "neither.toml")
    with pytest.raises(NotFound, match=r"neither\.toml"):
        experiments_file(None)


@pytest.mark.parametrize(
    ("name", "why"),
    [("x" * 300, "file name too long"), (".", "not a file"), ("~nobody-here/x", "no such file")],
)
def test_what_is_no_file_is_said_in_the_words_of_the_system(
    name: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOBIUS_FILE", name)
    with pytest.raises(NotFound, match=f"{re.escape(name)}: {why}"):
        experiments_file(None)


def test_a_folder_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(NotFound, match="this folder has been removed"):
        experiments_file(None)
