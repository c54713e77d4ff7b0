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
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """When runs memorised and generalised, by arm; of a NAME also curves, tests and verdict."""
    from mobius_tui.cli import onset_report
    from mobius_tui.cli.trials import find_trials, planned_comparisons

    planned = planned_comparisons(what, file)
    onset_report.report(find_trials(what, file, home), planned, as_json=as_json)
