"""`mobius import`: finished runs of other programs, as runs of the lab."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.runs.document import document_of
from mobius_tui.cli import output
from mobius_tui.cli.labs import listed, open_lab
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.runs.import_int2int import Imported


def register(app: typer.Typer) -> None:
    imports = typer.Typer(help="Finished runs of other programs, as runs of this lab.")
    imports.command("int2int")(int2int)
    app.add_typer(imports, name="import")


def int2int(
    source: Annotated[Path, typer.Argument(metavar="DIR", help="the folder of a train.log")],
    name: Annotated[
        str | None, typer.Option("--name", help="the experiment; exp_name-exp_id of the log")
    ] = None,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A finished run of Int2Int, from its train.log; the pickles beside it are never opened."""
    from mobius_core.runs.import_int2int import import_int2int

    found = import_int2int(open_lab(file, home), source, name)
    output.say(story(found))
    if as_json:
        output.emit_json({"imported": found.is_new, "runs": [document_of(found.run)]})
    else:
        output.emit_lines(listed([found.run]))


def story(found: Imported) -> str:
    """What was found in the log, and what of it was left out."""
    reading = found.reading
    if not found.is_new:
        return f"imported before, as {found.run.id}: the same log, nothing was written"
    kept, launches = len(reading.kept), len(reading.launches)
    parts = [f"{kept} evaluation{'s' if kept > 1 else ''}"]
    if launches > 1:
        parts.append(f"{launches} launches")
    if repeated := len(reading.trained) - kept:
        parts.append(f"{repeated} more of epochs that a later launch repeated")
    if left_out := len(reading.evaluations) - len(reading.trained):
        parts.append(f"{left_out} of launches that only evaluate left out")
    return ", ".join(parts)
