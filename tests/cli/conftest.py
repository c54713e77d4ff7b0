from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.typed import FILE, Prompt


@pytest.fixture
def typed(tmp_path: Path) -> Prompt:
    (tmp_path / "experiments.toml").write_text(FILE)
    return Prompt(tmp_path)
