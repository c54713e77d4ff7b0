"""`mobius sparsity` and `mobius onset`: masks before training, grokking after it."""

from __future__ import annotations

from typing import Annotated

import typer

from mobius_tui.cli.options import FileOption, HomeOption, JsonOption
from mobius_tui.cli.sparsity import sparsity


def register(app: typer.Typer) -> None:
    app.command()(sparsity)
    app.command()(onset)


def onset(
    what: Annotated[list[str], typer.Argument(metavar="NAME|RUN…")],
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="judge again by this accuracy")
    ] = None,
    hold: Annotated[int | None, typer.Option(min=0, help="and this many steps above it")] = None,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """When runs memorised and generalised, by arm; of a NAME also curves, tests and verdict."""
    from mobius_tui.cli import onset_report, output
    from mobius_tui.cli.trials import find_trials, planned_comparisons

    planned = planned_comparisons(what, file)
    views = find_trials(what, file, home)
    if threshold is not None or hold is not None:
        views = tuple(onset_report.by_rule(view, threshold, hold) for view in views)
        output.say("by another rule than the file's: explores, where only a planned rule can test")
    onset_report.report(views, planned, as_json=as_json)
