"""The commands on runs: registered here, each group in a module of its own."""

from __future__ import annotations

import typer

from mobius_core.errors import NotFound
from mobius_tui.cli import again, compare, end, logs, notes, output, run, slots, status, trash
from mobius_tui.cli.open import open_at


def register(app: typer.Typer) -> None:
    app.command("run")(run.run)
    app.command("status")(status.status)
    app.command("wait")(status.wait)
    app.command("logs")(logs.logs)
    app.command("stop")(end.stop)
    app.command("kill")(end.kill)
    app.command("rm")(trash.remove)
    app.command("undo")(trash.undo)
    app.command("du")(trash.disk_use)
    app.command("resume")(again.resume)
    app.command("retry")(again.retry)
    app.command("open")(open_at)
    app.command("compare")(compare.compare)
    app.command("tag")(notes.tag)
    app.command("pin")(notes.pin)
    app.command("note")(notes.note)
    app.command("slots")(slots.slots)


def print_status() -> None:
    """What bare `mobius` prints where no terminal can draw; never an error."""
    try:
        status.status()
    except NotFound as error:
        output.say(str(error))
