"""`mobius rm`, `undo` and `du`: what takes room, and what can go."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_core.runs.run import Run
from mobius_tui.cli import output
from mobius_tui.cli.labs import SomeRuns, listed, open_lab, select, show_changed
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption


def remove(
    words: SomeRuns = None,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than", metavar="AGE", help="runs that ended so long ago: 90m, 12h, 30d"
        ),
    ] = None,
    empty_trash: Annotated[
        bool, typer.Option("--empty-trash", help="then delete what `undo` could bring back")
    ] = False,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Put runs that are over into the trash, from which `undo` brings them back for a week."""
    from mobius_core.runs import trash
    from mobius_core.runs.plan import seconds

    if not (words or older_than or empty_trash):
        raise UsageError("give RUN, --older-than AGE or --empty-trash")
    lab = open_lab(file, home)
    chosen: tuple[Run, ...] = ()
    if words:
        chosen = select(lab, words)
    elif older_than:
        chosen = lab.scan([])
    if older_than:
        before = time.time() - seconds(older_than, "--older-than")
        chosen = tuple(
            run
            for run in chosen
            if run.state.is_over and not run.pinned and (run.ended or run.submitted) < before
        )
    removed = trash.remove(lab, chosen)
    deleted = trash.empty(lab) if empty_trash else 0
    if json:
        output.emit_json({"removed": [run.id for run in removed], "deleted": deleted})
        return
    output.emit_lines(listed(removed))
    if empty_trash:
        output.say(f"deleted {deleted} runs for good")
    elif removed:
        output.say(f"removed {len(removed)}; `mobius undo` brings them back within a week")


def undo(file: FileOption = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """Take back the last `rm`, `tag`, `pin` or `note`, made here or in the TUI."""
    from mobius_core.runs.undo import undo as take_back

    lab = open_lab(file, home)
    undone = take_back(lab)
    output.say(f"took back: {undone.what} of {len(undone.runs)} runs")
    show_changed(lab, undone.runs, as_document=json)


def disk_use(file: FileOption = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """What data sets, runs and the trash take on the disk."""
    from mobius_core.runs.sizes import sizes

    lab = open_lab(file, home)
    found = sizes(lab)
    total = sum(part.size for part in found)
    if json:
        parts: list[Json] = [
            {"what": part.what, "name": part.name, "count": part.count, "bytes": part.size}
            for part in found
        ]
        output.emit_json({"parts": parts, "bytes": total})
        return
    output.emit_lines(
        f"{shown(part.size):>9}  {part.what:7}  {part.name}"
        + (f"  ({part.count} runs)" if part.what in ("runs", "trash") else "")
        for part in found
    )
    output.emit_lines([f"{shown(total):>9}  in all"])


def shown(size: int) -> str:
    """Bytes for people, in powers of 1024."""
    value = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
