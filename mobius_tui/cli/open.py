"""`mobius open`: the TUI at a run, an experiment or a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mobius_core.errors import UsageError
from mobius_core.runs.filter import is_term
from mobius_core.runs.lab import Lab
from mobius_tui import streams
from mobius_tui.cli.labs import open_lab, select
from mobius_tui.cli.options import FileOption, HomeOption
from mobius_tui.opening import SCREENS, TABS, Opening


def open_at(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHAT]...", help="a run, an experiment, a filter; several: compare"
        ),
    ] = None,
    screen: Annotated[
        str, typer.Option("--screen", help=f"{', '.join(SCREENS)}; of a run {', '.join(TABS)}")
    ] = "",
    file: FileOption = None,
    home: HomeOption = None,
) -> None:
    """Open the TUI where you want to be. Without WHAT: where you left it."""
    opening = opening_of(what or [], screen.lower(), file, home)
    if not streams.terminal_can_draw():
        raise UsageError("mobius open draws on a terminal; `mobius status` and `compare` print")
    from mobius_tui.app import run_tui

    raise typer.Exit(run_tui(file, home, opening))


def opening_of(words: list[str], screen: str, file: Path | None, home: Path | None) -> Opening:
    """NotFound for words that mean nothing, UsageError for a screen that does not exist, or not
    for what is named."""
    if screen and screen not in (*SCREENS, *TABS):
        known = ", ".join(dict.fromkeys((*SCREENS, *TABS)))
        raise UsageError(f"--screen {screen}: there is no such screen; there are {known}")
    if not words:
        if screen and screen not in SCREENS:
            raise UsageError(f"--screen {screen} is of one run: name it")
        return Opening(screen=screen)
    if all(is_term(word) for word in words) and screen in ("", "runs"):
        return Opening(screen="runs", words=" ".join(words))
    lab = open_lab(file, home)
    if len(words) == 1 and is_experiment(words[0], lab, file):
        return of_experiment(words[0], screen, lab)
    runs = select(lab, words)
    if len(runs) == 1 and screen in ("", *TABS):
        return Opening(screen="runs", runs=(runs[0].id,), tab=screen)
    if screen in ("", "compare"):
        return Opening(runs=tuple(run.id for run in runs))
    experiments = list(dict.fromkeys(run.trial.experiment for run in runs))
    if len(experiments) == 1 and screen in SCREENS:
        return of_experiment(experiments[0], screen, lab)
    raise UsageError(f"--screen {screen} is of one run or experiment; {' '.join(words)} is several")


def of_experiment(name: str, screen: str, lab: Lab) -> Opening:
    if screen in TABS and screen not in SCREENS:
        raise UsageError(f"--screen {screen} is of one run; {name} is an experiment")
    if screen == "compare":
        return Opening(runs=tuple(run.id for run in lab.find(name)))
    return Opening(screen=screen or "runs", subject=name, words=f"exp={name}")


def is_experiment(word: str, lab: Lab, file: Path | None) -> bool:
    """Of the file, or of some run of the lab."""
    from mobius_tui.cli.trials import project_around

    project = project_around(file)
    if project is not None and word in project.experiments:
        return True
    return any(run.trial.experiment == word for run in lab.scan([]))
