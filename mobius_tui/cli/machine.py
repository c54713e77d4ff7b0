"""`mobius doctor` and `notify`: the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mobius_core.config.locate import home as locate_home
from mobius_core.errors import NotFound, WorkFailed
from mobius_tui.cli import output
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption


def register(app: typer.Typer) -> None:
    app.command()(doctor)
    app.command()(notify)


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


def notify(
    test: Annotated[
        bool, typer.Option("--test", help="run the command of [notify] as if a run were done")
    ] = False,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whom config.toml tells of the ends of runs, and try it out."""
    from mobius_core.config.machine import load
    from mobius_core.runs.notify import message, run
    from mobius_core.runs.run import State

    lab = lab_folder(file, home)
    settings = load(lab).notify
    if settings.command is None:
        raise NotFound(
            f"no [notify] command in {lab / 'config.toml'}: "
            """write on = ["done", "failed"] and command = 'mail -s "$MOBIUS_TRIAL" me'"""
        )
    code = run(settings.command, message(State.DONE, "test/s0", lab, "a test")) if test else None
    if as_json:
        output.emit_json({"on": list(settings.on), "command": settings.command, "rc": code})
    else:
        output.emit_lines([f"on {', '.join(settings.on) or 'nothing'}: {settings.command}"])
    if code:
        raise WorkFailed(f"notify.command ended with {code}: {settings.command}")


def lab_folder(file: Path | None, home: Path | None) -> Path:
    """The lab's folder; where there is no experiments file yet, the one it would get here."""
    try:
        return locate_home(file, home)
    except NotFound:
        return Path.cwd() / "mobius_lab"
