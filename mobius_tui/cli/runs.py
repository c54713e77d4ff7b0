"""The commands on runs: registered here, each group in a module of its own."""

from __future__ import annotations

import typer

from mobius_core.errors import NotFound
from mobius_tui.cli import again, compare, end, logs, notes, output, run, slots, status, trash
from mobius_tui.cli.labs import OfRuns
from mobius_tui.cli.open import open_at


def register(app: typer.Typer) -> None:
    app.command("run")(run.run)
    app.command("status", cls=OfRuns)(status.status)
    app.command("wait", cls=OfRuns)(status.wait)
    app.command("logs", cls=OfRuns)(logs.logs)
    app.command("stop", cls=OfRuns)(end.stop)
    app.command("kill", cls=OfRuns)(end.kill)
    app.command("rm", cls=OfRuns)(trash.remove)
    app.command("undo")(trash.undo)
    app.command("du")(trash.disk_use)
    app.command("resume", cls=OfRuns)(again.resume)
    app.command("retry", cls=OfRuns)(again.retry)
    app.command("open")(open_at)
    app.command("compare", cls=OfRuns)(compare.compare)
    app.command("tag")(notes.tag)
    app.command("pin", cls=OfRuns)(notes.pin)
    app.command("note")(notes.note)
    app.command("slots")(slots.slots)


def print_status() -> None:
    """What bare `mobius` prints where no terminal can draw; never an error."""
    try:
        status.status()
    except NotFound as error:
        output.say(str(error))
