"""What R S X D P ask of the lab: done in a worker thread, answered in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mobius_core.config.trial import Trial
from mobius_core.runs.run import Run
from mobius_tui.widgets.toned import shortened

if TYPE_CHECKING:
    from mobius_core.runs.lab import Lab

NAME: Final = 26
"""Cells of a name: what is asked about it must fit beside it on a line of 80."""
Request = Callable[["Lab"], str]


def submit(trials: Sequence[Trial], source: Path | None) -> Request:
    """Queue what is missing of the trials; `source` is the folder whose git state is recorded."""

    def request(lab: Lab) -> str:
        from mobius_core.runs.submit import submit

        submission = submit(lab, trials, source=source)
        queued, builds = len(submission.queued), len(submission.builds)
        if not queued:
            return "nothing to queue: all is done, running or queued"
        return f"{queued} queued" + (f", {builds} data built first" if builds else "")

    return request


def dry_run(trials: Sequence[Trial]) -> Request:
    """Say what `submit` would queue; nothing is written."""

    def request(lab: Lab) -> str:
        from mobius_core.runs.missing import is_built, missing

        new = missing(lab, trials).new
        if not new:
            return "R would queue nothing: all is done, running or queued"
        unbuilt = {data_name(trial) for trial in new if not is_built(lab, trial)}
        first = f"R would queue {len(new)}: {new[0].name}"
        several = f" … {new[-1].name}" if len(new) > 1 else ""
        builds = f"; data {', '.join(sorted(unbuilt))} built first" if unbuilt else ""
        return first + several + builds

    return request


def stop(runs: Sequence[Run]) -> Request:
    def request(lab: Lab) -> str:
        from mobius_core.runs import control

        control.stop(lab, runs)
        return f"asked {named(runs)} to stop with a checkpoint"

    return request


def kill(runs: Sequence[Run]) -> Request:
    def request(lab: Lab) -> str:
        from mobius_core.runs import control

        control.kill(lab, runs)
        return f"killing {named(runs)}"

    return request


def resume_or_retry(resumed: Sequence[Run], retried: Sequence[Run]) -> Request:
    def request(lab: Lab) -> str:
        from mobius_core.runs import control

        if resumed:
            control.resume(lab, resumed)
        if retried:
            control.retry(lab, retried)
        return f"{len(resumed)} resumed, {len(retried)} run anew"

    return request


def delete(runs: Sequence[Run]) -> Request:
    def request(lab: Lab) -> str:
        from mobius_core.runs import trash

        trash.remove(lab, runs)
        return f"deleted {named(runs)} to the trash; u brings back"

    return request


def undo() -> Request:
    """Take back the last removal, or change of tags, pins or notes."""

    def request(lab: Lab) -> str:
        from mobius_core.runs.undo import undo

        undone = undo(lab)
        return f"took back: {undone.what} of {named(undone.runs)}"

    return request


def pin(runs: Sequence[Run]) -> Request:
    """Pin all, or unpin where all are pinned."""

    def request(lab: Lab) -> str:
        from mobius_core.runs import notes

        pinned = not all(run.pinned for run in runs)
        notes.pin(lab, runs, pinned)
        return f"{'pinned' if pinned else 'unpinned'} {named(runs)}; u takes it back"

    return request


def tag(runs: Sequence[Run], words: str) -> Request:
    """Add the words as tags; `-WORD` takes one off."""

    def request(lab: Lab) -> str:
        from mobius_core.runs import notes

        add = [word for word in words.split() if not word.startswith("-")]
        remove = [word[1:] for word in words.split() if word.startswith("-")]
        notes.tag(lab, runs, add, remove)
        return f"tagged {named(runs)}: {words}; u takes it back"

    return request


def note(runs: Sequence[Run], text: str) -> Request:
    """Replace the note; an empty text removes it."""

    def request(lab: Lab) -> str:
        from mobius_core.runs import notes

        notes.note(lab, runs, text)
        return f"{'noted on' if text else 'no note on'} {named(runs)}; u takes it back"

    return request


def data_name(trial: Trial) -> str:
    table = trial.tables.get("data")
    return str(table["name"]) if isinstance(table, dict) else ""


def named(runs: Sequence[Run]) -> str:
    """One run by its trial, in few cells; otherwise their number."""
    return shortened(runs[0].trial.name, NAME) if len(runs) == 1 else f"{len(runs)} runs"
