"""`mobius data build`: a data set as a detached run, or in this process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mobius_core.config.locate import experiments_file
from mobius_core.config.locate import home as locate_home
from mobius_core.config.trial import Json
from mobius_core.errors import NotFound, WorkFailed
from mobius_tui.cli import output
from mobius_tui.cli.data_sets import NameArgument, specs_of
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.data.catalog import Entry

SAY_EVERY: Final = 5.0
"""Seconds between two lines of progress."""


def build(
    name: NameArgument,
    follow: Annotated[bool, typer.Option("--follow", help="show progress to the end")] = False,
    here: Annotated[bool, typer.Option("--here", help="in this process, without a run")] = False,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build a data set in a detached run; nothing is done if it stands."""
    from mobius_core.data.build import stored_rows

    lab = locate_home(file, home)
    wanted = recipe(lab, name, file, home)
    assert wanted.spec is not None, "recipe finds entries of the file only"
    stored_rows(wanted.spec, name)
    runs = []
    code = 0
    if here and not wanted.built:
        build_here(wanted)
    elif not wanted.built:
        runs = [submit(lab, wanted, experiments_file(file).parent)]
        code = follow_run(lab, runs[0], quietly=as_json) if follow else 0
    show(wanted, runs, as_json=as_json)
    if code:
        raise typer.Exit(code)


def recipe(lab: Path, name: str, file: Path | None, home: Path | None) -> Entry:
    """The entry of the experiments file; NotFound names the nearest."""
    from mobius_core.config.problems import nearest
    from mobius_core.data.catalog import catalog

    specs = specs_of(file, home)
    for entry in catalog(lab / "data", specs):
        if entry.name == name and entry.spec is not None:
            return entry
    raise NotFound(
        f"no [data.{name}] in the experiments file{nearest(name, specs)}; "
        "`mobius data list` shows those there are"
    )


def build_here(wanted: Entry) -> None:
    from mobius_core.data.build import build as chunks

    assert wanted.spec is not None, "an entry of the experiments file"
    said = time.monotonic()
    for step in chunks(wanted.folder.parent, wanted.name, wanted.hash, wanted.spec):
        if time.monotonic() - said >= SAY_EVERY:
            said = time.monotonic()
            output.say(
                f"{step.done:,} of {step.rows:,} rows, {step.rate:,.0f} rows/s, "
                f"{step.left:.0f} s left"
            )


def submit(lab: Path, wanted: Entry, source: Path) -> str:
    """Queue the build, or find the run that is at it already; its id. The git state of `source`
    is recorded with the run."""
    from mobius_core.config.check import to_table
    from mobius_core.runs.lab import Lab
    from mobius_core.runs.missing import build_trial
    from mobius_core.runs.submit import submit as queue

    trial = build_trial({"name": wanted.name, "hash": wanted.hash, **to_table(wanted.spec)})
    done = queue(Lab(lab), [trial], source=source)
    return (*done.queued, *done.running, *done.already_queued)[0].id


def follow_run(lab: Path, run: str, *, quietly: bool) -> int:
    """Until it ends; 130 when detached by ctrl-c. WorkFailed unless it ends as done."""
    from mobius_core.runs.lab import Lab
    from mobius_core.runs.run import State
    from mobius_core.runs.wait import wait
    from mobius_tui.cli.follow import follow_runs

    if not quietly:
        return follow_runs(Lab(lab), [run])
    (ended,) = wait(Lab(lab), [run])
    if ended.state is not State.DONE:
        raise WorkFailed(f"the build {run} is {ended.state}; `mobius logs {run}` says why")
    return 0


def show(wanted: Entry, runs: list[str], *, as_json: bool) -> None:
    from mobius_core.data.manifest import FILE_NAME

    built = (wanted.folder / FILE_NAME).is_file()
    if as_json:
        listed: list[Json] = [*runs]
        output.emit_json({"data": str(wanted.folder), "built": built, "runs": listed})
    elif built:
        output.emit_lines([str(wanted.folder)])
    else:
        output.emit_lines(f"{run}\tdata/{wanted.name}" for run in runs)
