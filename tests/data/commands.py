"""Commands of the data group, run in this process."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer

from mobius_tui.cli import data


def mobius(*words: str) -> None:
    """Run one command as the shell of the command line does, letting its errors through."""
    app = typer.Typer()
    data.register(app)
    typer.main.get_command(app).main(list(words), prog_name="mobius", standalone_mode=False)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    return found
