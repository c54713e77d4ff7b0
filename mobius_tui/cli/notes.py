"""`mobius tag`, `pin`, `note`: what people say about runs."""

from __future__ import annotations

from typing import Annotated

import typer

from mobius_tui.cli.labs import RunArgument, RunArguments, open_lab, select, show_changed
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption


def tag(
    word: RunArgument,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...")],
    off: Annotated[bool, typer.Option("--off", help="take the tags away")] = False,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Tag a run."""
    from mobius_core.runs import notes

    lab = open_lab(file, home)
    runs = select(lab, [word])
    notes.tag(lab, runs, () if off else tags, tags if off else ())
    show_changed(lab, runs, as_document=json)


def pin(
    words: RunArguments,
    off: Annotated[bool, typer.Option("--off", help="no longer")] = False,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Keep runs from being removed."""
    from mobius_core.runs import notes

    lab = open_lab(file, home)
    runs = select(lab, words)
    notes.pin(lab, runs, not off)
    show_changed(lab, runs, as_document=json)


def note(
    word: RunArgument,
    text: Annotated[str, typer.Argument(help="replaces the note; empty removes it")],
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write a note on a run."""
    from mobius_core.runs import notes

    lab = open_lab(file, home)
    runs = select(lab, [word])
    notes.note(lab, runs, text)
    show_changed(lab, runs, as_document=json)
