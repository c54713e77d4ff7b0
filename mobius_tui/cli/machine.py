"""`mobius doctor`: the machine."""

from __future__ import annotations

from pathlib import Path

import typer

from mobius_core.config.locate import home as locate_home
from mobius_core.errors import NotFound
from mobius_tui.cli import output
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(file: FileOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what this machine offers and lacks, one line each, with what to do."""
    from mobius_core.runs.doctor import checks

    found = checks(lab_folder(file, home))
    if as_json:
        output.emit_json(
            {
                "checks": [
                    {"name": c.name, "ok": c.ok, "value": c.value, "advice": c.advice}
                    for c in found
                ]
            }
        )
    else:
        output.emit_lines(
            f"{'ok  ' if c.ok else 'LOOK'} {c.name:10} {c.value}"
            + (f"  -> {c.advice}" if c.advice else "")
            for c in found
        )
    if not all(check.ok for check in found):
        raise typer.Exit(1)


def lab_folder(file: Path | None, home: Path | None) -> Path:
    """The lab's folder; where there is no experiments file yet, the one it would get here."""
    try:
        return locate_home(file, home)
    except NotFound:
        return Path.cwd() / "mobius_lab"
