"""What a guest printed and nobody read: its runner was killed between two looks."""

from __future__ import annotations

from collections.abc import Callable

from mobius_core.config.trial import Trial
from mobius_core.metrics.rows import rows_of
from mobius_core.metrics.tail import Tail
from mobius_core.runs.facts import read_proc
from mobius_core.runs.files import locked
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.guest_metrics import Progress, guest_metrics


def read_unread(
    folder: RunFolder,
    trial: Trial,
    number: int,
    last: int,
    between: Callable[[], object] = lambda: None,
) -> None:
    """Add to metrics.jsonl the rows of an attempt that has ended and that are missing there.

    Reads all that the attempt printed: which bytes were read before is written nowhere, but which
    rows were. Nothing is done where attempts beyond `last` have begun: the next one does this
    before its program starts. `between` is called after each megabyte of a long log.
    """
    proc = read_proc(folder.attempt(number))
    if trial.kind != "command" or proc is None or proc.source is None:
        return
    with locked(folder.attempt(number).path / "reading"):
        if folder.last_attempt() != last:
            return
        reader = guest_metrics(
            folder, trial, number, proc.source.path, proc.source, progress_of(folder, number)
        )
        if reader is not None:
            while reader.poll():
                between()
            reader.finish(whole=False, result=False)


def progress_of(folder: RunFolder, number: int) -> Progress:
    """How far the rows of an attempt go, and where those before it ended."""
    last_steps: dict[str, int] = {}
    counted = 0
    tail = Tail(folder.metrics)
    while True:
        for row in rows_of(tail.lines()):
            try:
                step, attempt = int(row["step"]), int(row["attempt"])
            except (ValueError, KeyError, TypeError):
                continue
            if attempt == number:
                last_steps |= dict.fromkeys(row, step)
            elif attempt < number:
                counted = step
        if not tail.is_behind:
            return Progress(last_steps, counted)
