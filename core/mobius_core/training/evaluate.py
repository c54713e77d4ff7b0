"""Evaluating trained runs: the runs of kind `eval`, and `mobius eval`, for which this is a program.

`python -m mobius_core.training.evaluate` reads one JSON request from stdin and prints one JSON line
for each run; what a task says of itself goes to stderr.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import torch

from mobius_core.config.check import build
from mobius_core.config.trial import Json, Trial
from mobius_core.errors import INTERRUPTED, MobiusError, NotFound
from mobius_core.resolve import resolve
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder, home_of
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import State
from mobius_core.runs.spec import RunSpec
from mobius_core.training import checkpoint as checkpoints
from mobius_core.training.allocator import keep_freed_memory
from mobius_core.training.arithmetic import Arithmetic
from mobius_core.training.device import device_name
from mobius_core.training.mistakes import mistakes
from mobius_core.training.prepare import context_of, read_specs, section
from mobius_core.training.record import Record
from mobius_core.training.registry import TASKS
from mobius_core.training.spec import EvalSpec, ResourcesSpec
from mobius_core.training.work import RunContext, Specs, Work, nobody_asks


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be said of the runs in these folders."""

    runs: tuple[str, ...]
    rows: int | str = "all"
    corrupt: tuple[str, ...] = ()
    importance: bool = False
    errors: int = 0
    """mistakes to show"""
    device: str = "auto"

    @property
    def spec(self) -> EvalSpec:
        return EvalSpec(rows=self.rows, corrupt=self.corrupt, importance=self.importance)


@dataclass(frozen=True)
class Judged:
    """A trained run and what came out."""

    step: int
    """optimiser steps of its checkpoint"""
    figures: dict[str, float]
    """as in a row of metrics"""
    result: dict[str, Json]
    facts: dict[str, Json]


def judge(
    folder: RunFolder,
    wanted: EvalSpec,
    resources: ResourcesSpec,
    look_for_stop: Callable[[], None],
    errors: int = 0,
) -> Judged:
    """Evaluate the last checkpoint of a run. NotFound without one, UsageError for what is no
    training of ours, WorkFailed for a checkpoint that does not fit."""
    spec = RunSpec.read(folder.spec)
    if spec is None:
        raise NotFound(f"{folder.spec} is missing or not a run of this version of mobius")
    path = folder.checkpoints / checkpoints.LAST
    if not path.is_file():
        raise NotFound(f"{spec.trial.name} has no {path}; only trained runs are evaluated")
    specs = replace(read_specs(spec.trial), eval=wanted)
    context = context_of(spec.trial, specs, folder, resources, look_for_stop)
    make = cast(Callable[[Specs, RunContext], Work], resolve(TASKS[spec.trial.kind].work))
    work = make(specs, context)
    saved = checkpoints.read(path)
    checkpoints.restore_model(work.model, saved["model"], path)
    work.model.eval()
    with torch.no_grad(), context.precision.autocast():
        figures = dict(work.evaluate(int(saved["step"])))
        result: dict[str, Json] = dict(figures)
        if isinstance(work, Arithmetic):
            result = dict(work.result())
            assert work.score is not None, "evaluated above"
            if errors:
                found = mistakes(work.test, work.target, work.score, errors)
                result["errors"] = list(found)
    facts: dict[str, Json] = {
        "parameters": sum(p.numel() for p in work.model.parameters()),
        "device": device_name(context.device),
        "precision": context.precision.name,
    }
    return Judged(int(saved["step"]), figures, result, facts)


def evaluate_run(
    folder: RunFolder, attempt: int, trial: Trial, look_for_stop: Callable[[], None]
) -> None:
    """A run of kind `eval`, to its result.json."""
    resources = build(ResourcesSpec, trial.resources, "resources")
    torch.set_num_threads(resources.threads)
    of = trained(folder, trial)
    name = cast("dict[str, Json]", trial.tables["trial"])["name"]
    print(f"evaluating {name}, run {of.id}", flush=True)
    record = Record(folder, attempt, {"kind": "eval"})
    try:
        judged = judge(of, section(EvalSpec, trial, "eval"), resources, look_for_stop)
        record.row(judged.step, judged.figures)
    finally:
        record.close()
    used = record.clock.used()
    document: dict[str, Json] = {
        **judged.result,
        **record.facts,
        **judged.facts,
        "step": judged.step,
        "of": {"trial": name, "run": of.id},
        "seconds": used["wall"],
        "cpu_seconds": used["cpu"],
    }
    write_json(folder.result, document)
    print(f"done in {used['wall']:.1f} s", flush=True)


def trained(folder: RunFolder, trial: Trial) -> RunFolder:
    """The last run that is done of the trial that this one evaluates."""
    of = cast("dict[str, Json]", trial.tables["trial"])
    unreadable: list[str] = []
    for run in reversed(Lab(home_of(folder)).scan(unreadable)):
        if run.trial.key == of["key"] and run.state is State.DONE:
            return RunFolder(run.folder)
    raise NotFound(f"no run of {of['name']} is done; `mobius run` its experiment, then resume this")


def main() -> int:
    request = build(Request, json.loads(sys.stdin.read()), "request")
    resources = ResourcesSpec(device=request.device, threads=torch.get_num_threads())
    keep_freed_memory()
    for path in request.runs:
        folder = RunFolder(Path(path))
        try:
            with redirect_stdout(sys.stderr):
                judged = judge(folder, request.spec, resources, nobody_asks, request.errors)
        except MobiusError as error:
            print(json.dumps({"message": str(error), "exit_code": error.exit_code}), flush=True)
            return error.exit_code
        document: dict[str, Json] = {
            "run": folder.id,
            "step": judged.step,
            **judged.result,
            **judged.facts,
        }
        print(json.dumps(document, allow_nan=False), flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # whoever asked has left
        sys.exit(0)
