"""`mobius logs`: what a run wrote, with control characters spelled and never obeyed."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from mobius_core.errors import NotFound, UsageError
from mobius_core.metrics.tail import Tail
from mobius_core.metrics.visible import visible_bytes
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run
from mobius_tui.cli import output
from mobius_tui.cli.labs import RunArgument, open_lab, select
from mobius_tui.cli.options import FileOption, HomeOption

PAUSE = 0.2
"""Seconds between two looks at a log that is followed."""


def logs(
    word: RunArgument,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="until the run ends")] = False,
    lines: Annotated[
        int | None, typer.Option("-n", "--lines", min=0, help="only the last N of what is there")
    ] = None,
    file: FileOption = None,
    home: HomeOption = None,
) -> None:
    """Print the log of a run, all attempts."""
    lab = open_lab(file, home)
    runs = select(lab, [word])
    if len(runs) != 1:
        raise UsageError(f"{word!r} means {len(runs)} runs; `mobius logs` shows one")
    run = runs[0]
    log = RunFolder(run.folder).log
    if not follow and not log.exists():
        raise NotFound(f"{run.id} is {run.state} and has written nothing yet")
    tail = Tail(log)
    print_rest(tail, lines)
    while follow and is_going(lab, run):
        print_rest(tail)
        time.sleep(PAUSE)
    print_rest(tail)
    if tail.rest:
        output.emit_lines([visible_bytes(tail.rest)])


def print_rest(tail: Tail, last: int | None = None) -> None:
    """Print what is new; with `last`, only so many of its last lines."""
    kept: list[bytes] = []
    while True:
        fresh = tail.lines()
        if last is None:
            output.emit_lines(visible_bytes(line) for line in fresh)
        else:
            kept = [*kept, *fresh][-last:] if last else []
        if not tail.is_behind:
            break
    output.emit_lines(visible_bytes(line) for line in kept)


def is_going(lab: Lab, run: Run) -> bool:
    now = lab.read([run.id])
    return bool(now) and not now[0].state.is_over
