from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.labs import LabOnDisk, finished_lab


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lab, settings or colours of whoever runs the tests."""
    for name in ("MOBIUS_FILE", "MOBIUS_HOME", "NO_COLOR", "EDITOR", "VISUAL", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TZ", "UTC")
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    monkeypatch.chdir(nowhere)


@pytest.fixture
def lab(tmp_path: Path) -> LabOnDisk:
    """A lab with runs in every kind of state."""
    folder = tmp_path / "lab"
    folder.mkdir()
    return finished_lab(folder)
