"""`mobius resume` and `mobius retry`."""

from __future__ import annotations

from typing import Annotated

import typer

from mobius_core.errors import UsageError
from mobius_tui.cli.labs import RunArguments, SomeRuns, open_lab, select, show_changed
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption


def resume(
    words: SomeRuns = None,
    lost: Annotated[
        bool, typer.Option("--lost", help="all that ended without anybody asking; for cron")
    ] = False,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Continue runs in their own folders, exactly where their last checkpoint left them."""
    from mobius_core.runs import control

    if bool(words) == lost:
        raise UsageError("give RUN or --lost, one of the two")
    lab = open_lab(file, home)
    resumed = control.resume_lost(lab) if lost else control.resume(lab, select(lab, words or ()))
    show_changed(lab, resumed, as_document=json)


def retry(
    words: RunArguments, file: FileOption = None, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Repeat runs from their beginning, each in a new folder that names the old one."""
    from mobius_core.runs import control

    lab = open_lab(file, home)
    retried = control.retry(lab, select(lab, words))
    show_changed(lab, retried, as_document=json)
