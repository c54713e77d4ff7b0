"""`mobius resume` and `mobius retry`."""

from __future__ import annotations

from typing import Annotated

import typer

from mobius_core.errors import UsageError
from mobius_core.runs.run import State
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
    """Repeat runs from their beginning, each in a new folder; of several, those not done."""
    from mobius_core.runs import control

    lab = open_lab(file, home)
    runs = select(lab, words)
    retried = control.retry(lab, [run for run in runs if run.state is not State.DONE] or runs)
    show_changed(lab, retried, as_document=json)
