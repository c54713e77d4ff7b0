"""`mobius status` and `mobius wait`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated

import typer

from mobius_core.errors import MobiusError, UnknownState, WorkFailed
from mobius_core.runs.document import document_of
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run, State
from mobius_core.runs.scheduler import is_slurm
from mobius_tui.cli import output
from mobius_tui.cli.labs import SomeRuns, all_runs, among, open_lab, say_left_out, select
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

REFRESH = 1.0
"""Seconds between two looks of `--watch`."""


def status(
    words: SomeRuns = None,
    watch: Annotated[bool, typer.Option("--watch", help="until ctrl-c")] = False,
    every: Annotated[bool, typer.Option("--all", help="older finished runs too")] = False,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """The runs of this lab and how they are."""
    lab = open_lab(file, home)
    if not watch and json and not words:
        trouble: list[str] = []
        survey = lab.survey(trouble)
        say_left_out(trouble)
        output.emit_json_texts("runs", survey.documents)
        wake_after_crash(lab, survey.fresh)
        return
    if not watch:
        runs = look(lab, words or ())
        show(runs, as_document=json, every=every)
        wake_after_crash(lab, runs)
        return
    try:
        while True:
            if not json:
                output.console().clear()
            show(look(lab, words or ()), as_document=json, every=every)
            time.sleep(REFRESH)
    except KeyboardInterrupt:
        return


def wait(
    words: SomeRuns = None,
    timeout: Annotated[float | None, typer.Option(help="seconds")] = None,
    file: FileOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Return when the runs have ended: 0 if all are done or were stopped on request, else 1."""
    from mobius_core.runs.wait import wait as wait_for

    lab = open_lab(file, home)
    chosen = select(lab, words) if words else [run for run in lab.scan([]) if not run.state.is_over]
    runs = wait_for(lab, [run.id for run in chosen], timeout)
    if json:
        output.emit_json({"runs": [document_of(run) for run in runs]})
    raise_if_gone([run.id for run in chosen], runs)
    raise_unless_well(runs)


def raise_if_gone(ids: Sequence[str], runs: Sequence[Run]) -> None:
    """WorkFailed where a folder was removed while somebody waited for its run to end."""
    gone = sorted(set(ids) - {run.id for run in runs})
    if gone:
        more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
        raise WorkFailed(
            f"{gone[0]}{more}: the folder was removed, which ended it if it ran; "
            "`mobius run` queues its trial anew"
        )


def raise_unless_well(runs: Sequence[Run]) -> None:
    """UnknownState where a host is silent, WorkFailed for any end but done and stopped."""
    silent = [run for run in runs if run.state is State.UNKNOWN]
    if silent:
        raise UnknownState(f"{silent[0].id} was last seen on {silent[0].host}, which is silent")
    bad = [run for run in runs if not run.state.ended_well]
    if bad:
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        if bad[0].state.is_pending and is_slurm(bad[0].host):
            raise WorkFailed(
                f"{bad[0].trial.name} is {bad[0].state}{more}, and no worker of {bad[0].host} is "
                "left; `mobius resume --lost` submits workers"
            )
        why = f" ({bad[0].message})" if bad[0].message else ""
        raise WorkFailed(
            f"{bad[0].trial.name} is {bad[0].state}{why}{more}; `mobius logs {bad[0].id}` says more"
        )


def look(lab: Lab, words: Sequence[str]) -> tuple[Run, ...]:
    """The runs that are meant, else all; which folders cannot be read is narration."""
    return among(lab, words) if words else all_runs(lab)


def show(runs: Sequence[Run], *, as_document: bool, every: bool) -> None:
    if as_document:
        output.emit_json({"runs": [document_of(run) for run in runs]})
        return
    if not runs:
        output.say("no runs yet; `mobius run NAME` queues an experiment")
        return
    from mobius_tui.cli.run_table import draw_runs

    draw_runs(runs, every=every)


def wake_after_crash(lab: Lab, runs: Sequence[Run]) -> None:
    """A queue whose runners were killed goes on with the next command, this one too."""
    from mobius_core.runs.again import retry_lost
    from mobius_core.runs.detach import wake_idle
    from mobius_core.runs.lost import tell_lost
    from mobius_core.runs.mend import mend

    if not any(run.state.is_pending or run.state is State.LOST for run in runs):
        return
    try:
        tell_lost(lab, runs)
        retry_lost(lab, runs)
        mend(lab, runs)
        wake_idle(lab)
    except MobiusError as error:
        output.say(str(error))
