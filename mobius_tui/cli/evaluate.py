"""`mobius eval`: what a trained model makes of held-out rows, asked of a child with torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Annotated, Final, cast

import typer

from mobius_core.config import machine
from mobius_core.config.check import build
from mobius_core.config.trial import Json
from mobius_core.errors import (
    MobiusError,
    NotFound,
    Refused,
    UnknownState,
    UsageError,
    WorkFailed,
)
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run
from mobius_core.training.spec import EvalSpec
from mobius_tui.cli import output
from mobius_tui.cli.labs import OfRuns, RunArguments, open_lab, select
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

CHILD: Final = "mobius_core.training.evaluate"
SCHEMA: Final = 1
BY_CODE: Final[dict[int, type[MobiusError]]] = {
    error.exit_code: error for error in (WorkFailed, UsageError, NotFound, Refused, UnknownState)
}


def register(app: typer.Typer) -> None:
    app.command("eval", cls=OfRuns)(evaluate)


def evaluate(
    words: RunArguments,
    corrupt: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD", help="only:2,3 or random:2, beside the true inputs; repeat"),
    ] = None,
    squarefree: Annotated[
        bool, typer.Option("--squarefree", help="show squarefree rows only; mu: told so")
    ] = False,
    importance: Annotated[
        bool, typer.Option("--importance", help="what each input is worth, by permuting it")
    ] = False,
    show_errors: Annotated[
        int, typer.Option("--show-errors", min=0, metavar="N", help="the N surest mistakes")
    ] = 0,
    rows: Annotated[int | None, typer.Option(min=1, help="the first so many held-out rows")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda")] = "auto",
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate trained runs on their held-out rows, beside the divisibility oracle."""
    lab = open_lab(file, home)
    runs = select(lab, words)
    if live := [run for run in runs if not run.state.is_over]:
        raise Refused(f"{live[0].trial.name} is {live[0].state}; wait for its end, or stop it")
    if device not in ("auto", "cpu", "cuda"):
        raise UsageError(f"--device {device}: give auto, cpu or cuda")
    words_of: Json = [*(corrupt or ())]
    build(EvalSpec, {"corrupt": words_of}, "eval")  # UsageError for a word that is none
    request: dict[str, Json] = {
        "runs": [str(run.folder) for run in runs],
        "rows": rows or "all",
        "corrupt": words_of,
        "importance": importance,
        "errors": show_errors,
        "device": device,
    }
    done: list[Json] = []
    for run, found in zip(runs, answers(lab, request), strict=True):
        write_json(RunFolder(run.folder).evaluation, {"schema": SCHEMA, "t": time.time(), **found})
        done.append({"trial": run.trial.name, **found})
        if not as_json:
            show(run, found, squarefree=squarefree)
    if as_json:
        output.emit_json({"evaluations": done})


def answers(lab: Lab, request: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Of the child, a run each. Raises what the child failed with."""
    python = machine.load(lab.home).train.python or sys.executable
    with subprocess.Popen(
        [python, "-m", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MOBIUS_HOME": str(lab.home)},
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(BrokenPipeError):  # it has said why it ended
            child.stdin.write(json.dumps(request))
            child.stdin.close()
        for line in child.stdout:
            found = cast("dict[str, Json]", json.loads(line))
            if "exit_code" in found:
                kind = BY_CODE.get(cast("int", found["exit_code"]), WorkFailed)
                raise kind(str(found["message"]))
            yield found
    if child.returncode:
        raise WorkFailed(f"the evaluation ended with exit code {child.returncode}; see above")


def show(run: Run, found: dict[str, Json], *, squarefree: bool) -> None:
    """Tables, for people."""
    from mobius_tui.cli import evaluation_tables as tables

    output.emit_lines([f"{run.trial.name}  {run.id}, after {found['step']} steps"])
    sections: Sequence[str] = ("squarefree",) if squarefree else tuple(tables.SECTIONS)
    for name in sections:
        for drawn in tables.SECTIONS[name](found):
            output.draw(drawn)
