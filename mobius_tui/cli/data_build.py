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
    from mobius_core.data.parts import Shard

SAY_EVERY: Final = 5.0
"""Seconds between two lines of progress."""


def build(
    name: NameArgument,
    follow: Annotated[bool, typer.Option("--follow", help="show progress to the end")] = False,
    here: Annotated[bool, typer.Option("--here", help="in this process, without a run")] = False,
    shard: Annotated[
        str | None, typer.Option(metavar="K/N", help="only part K of N, here; build joins them")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="a run takes 1, --here and --shard every core")
    ] = None,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build a data set in a detached run; nothing is done if it stands."""
    from mobius_core.data.build import stored_rows
    from mobius_core.data.ordered import cores
    from mobius_core.data.parts import Shard

    lab = locate_home(file, home)
    wanted = recipe(lab, name, file, home)
    assert wanted.spec is not None, "recipe finds entries of the file only"
    if wanted.spec.file is None:
        stored_rows(wanted.spec, name)
    runs = []
    code = 0
    if shard is not None:
        part = Shard.read(shard)
        build_here(wanted, part, threads or cores())
        show_part(wanted, part, as_json=as_json)
        return
    if here and not wanted.built:
        build_here(wanted, None, threads or cores())
    elif not wanted.built:
        runs = [submit(lab, wanted, experiments_file(file).parent, threads or 1)]
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


def build_here(wanted: Entry, part: Shard | None, threads: int) -> None:
    from mobius_core.data.build import build as build_whole
    from mobius_core.data.build import build_part

    assert wanted.spec is not None, "an entry of the experiments file"
    recipe = (wanted.folder.parent, wanted.name, wanted.hash, wanted.spec)
    said = time.monotonic()
    steps = (
        build_whole(*recipe, threads=threads)
        if part is None
        else build_part(*recipe, part, threads=threads)
    )
    for step in steps:
        if time.monotonic() - said >= SAY_EVERY:
            said = time.monotonic()
            output.say(
                f"{step.done:,} of {step.rows:,} rows, {step.rate:,.0f} rows/s, "
                f"{step.left:.0f} s left"
            )


def submit(lab: Path, wanted: Entry, source: Path, threads: int) -> str:
    """Queue the build, or find the run that is at it already; its id. The git state of `source`
    is recorded with the run."""
    from dataclasses import replace

    from mobius_core.config.check import to_table
    from mobius_core.runs.lab import Lab
    from mobius_core.runs.missing import build_trial
    from mobius_core.runs.submit import submit as queue

    trial = build_trial({"name": wanted.name, "hash": wanted.hash, **to_table(wanted.spec)})
    trial = replace(trial, resources={**trial.resources, "threads": threads})
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


def show_part(wanted: Entry, part: Shard, *, as_json: bool) -> None:
    """The folder of the part, or of the whole where that stands."""
    from mobius_core.data.manifest import FILE_NAME

    whole = (wanted.folder / FILE_NAME).is_file()
    folder = wanted.folder if whole else part.folder(wanted.folder)
    if as_json:
        output.emit_json({"data": str(folder), "built": whole, "runs": []})
    else:
        output.emit_lines([str(folder)])
