"""config.toml: the person's, and the lab's over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mobius_core.config.machine import Machine, SlotsSpec, load
from mobius_core.config.problems import ConfigErrors


@pytest.fixture
def user_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / "config" / "mobius" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "mobius_lab"
    folder.mkdir()
    return folder


@pytest.mark.usefixtures("user_file")
def test_no_file_is_needed(home: Path) -> None:
    assert load(home) == load(None) == Machine()
    assert Machine().slots == SlotsSpec(cpus="auto", gpus="auto", per_gpu=1, free_mib=500)


def test_the_lab_wins_key_by_key(user_file: Path, home: Path) -> None:
    user_file.write_text('[slots]\ncpus = 2\ngpus = [2, 3]\n[ui]\ntheme = "nord"\nkeys.open = "o"')
    (home / "config.toml").write_text('[slots]\ncpus = "auto"\n[ui.keys]\nquit = "x"')
    machine = load(home)
    assert machine.slots == SlotsSpec(cpus="auto", gpus=(2, 3))
    assert machine.ui.theme == "nord"
    assert machine.ui.keys == {"open": "o", "quit": "x"}
    assert load(None).slots.cpus == 2


def test_all_problems_of_both_files(user_file: Path, home: Path) -> None:
    user_file.write_text('[slots]\ncpu = 2\n\n[notify]\non = ["don"]')
    (home / "config.toml").write_text('[slots]\ngpus = "all"\n[train]\npython = 3')
    with pytest.raises(ConfigErrors) as raised:
        load(home)
    messages = {(one.file, one.line): one.message for one in raised.value.problems}
    mine, lab = str(user_file), str(home / "config.toml")
    assert messages.keys() == {(mine, 2), (mine, 5), (lab, 2), (lab, 4)}
    assert "did you mean cpus?" in messages[mine, 2]
    assert "did you mean done?" in messages[mine, 5]
    assert '"all" is not "auto"' in messages[lab, 2]
    assert "3 is not text" in messages[lab, 4]


def test_problems_of_the_user_file_come_first(user_file: Path, home: Path) -> None:
    user_file.write_text("a = 1\nb = 2\nc = 3")
    (home / "config.toml").write_text("d = 4")
    with pytest.raises(ConfigErrors) as raised:
        load(home)
    assert [one.key for one in raised.value.problems] == ["a", "b", "c", "d"]
