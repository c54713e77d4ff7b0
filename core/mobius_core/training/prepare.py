"""From spec.json to everything a loop needs: checked tables, device, task, record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

import torch

from mobius_core.config.check import build
from mobius_core.config.trial import Json, Trial
from mobius_core.data.spec import DataSpec
from mobius_core.errors import NotFound, UsageError
from mobius_core.models.registry import MODELS
from mobius_core.resolve import resolve
from mobius_core.runs.folder import RunFolder, home_of
from mobius_core.runs.spec import RunSpec
from mobius_core.training.device import choose_device, device_name
from mobius_core.training.precision import choose
from mobius_core.training.ranks import is_first, ranks_of
from mobius_core.training.record import Onlooker, Record
from mobius_core.training.registry import TASKS
from mobius_core.training.seeds import Seeds
from mobius_core.training.spec import (
    EvalSpec,
    OnsetSpec,
    PinSpec,
    ResourcesSpec,
    SaveSpec,
    TrainSpec,
)
from mobius_core.training.work import RunContext, Specs, Work, nobody_asks

T = TypeVar("T")


@dataclass(frozen=True)
class Prepared:
    specs: Specs
    context: RunContext
    work: Work
    record: Record


def prepare(
    folder: RunFolder, attempt: int, look_for_stop: Callable[[], None] = nobody_asks
) -> Prepared:
    """UsageError where a table of spec.json is wrong, NotFound where data is missing."""
    spec = RunSpec.read(folder.spec)
    if spec is None:
        raise NotFound(f"{folder.spec} is missing or not a run of this version of mobius")
    trial = spec.trial
    resources = build(ResourcesSpec, trial.resources, "resources")
    torch.set_num_threads(resources.threads)
    specs = read_specs(trial)
    context = context_of(trial, specs, folder, resources, look_for_stop)
    make = cast(Callable[[Specs, RunContext], Work], resolve(TASKS[trial.kind].work))
    work = make(specs, context)
    parameters = sum(p.numel() for p in work.model.parameters())
    facts: dict[str, Json] = {
        "kind": trial.kind,
        "parameters": parameters,
        "device": device_name(context.device),
        "precision": context.precision.name,
    }
    if standing := MODELS[specs.model.name].standing:
        facts["standing"] = standing
        print(f"{specs.model.name}: {standing}", flush=True)
    print(
        f"{specs.model.name}: {parameters:,} parameters, {work.steps:,} steps on "
        f"{facts['device']} in {facts['precision']}, threads: {resources.threads}",
        flush=True,
    )
    record = Record(folder, attempt, facts) if is_first() else Onlooker(folder, facts)
    return Prepared(specs, context, work, record)


def read_specs(trial: Trial) -> Specs:
    entry = TASKS.get(trial.kind)
    if entry is None or not entry.work:
        able = ", ".join(name for name, one in TASKS.items() if one.work)
        raise UsageError(
            f"{trial.name} is of kind {trial.kind}, and models are trained by kinds {able} only"
        )
    model_name = table(trial, "model").get("name")
    if model_name not in MODELS:
        raise UsageError(f'model.name "{model_name}" is not one of {", ".join(MODELS)}')
    data = dict(table(trial, "data"))
    name, digest = str(data.pop("name", "")), str(data.pop("hash", ""))
    return Specs(
        task=build(entry.spec, table(trial, "task"), "task"),
        model=build(MODELS[str(model_name)].spec, table(trial, "model"), "model"),
        train=section(TrainSpec, trial, "train"),
        eval=section(EvalSpec, trial, "eval"),
        save=section(SaveSpec, trial, "save"),
        onset=section(OnsetSpec, trial, "onset"),
        data=build(DataSpec, data, "data") if data else None,
        data_name=name,
        data_hash=digest,
    )


def section(cls: type[T], trial: Trial, name: str) -> T:
    return build(cls, table(trial, name), name)


def table(trial: Trial, name: str) -> Mapping[str, Json]:
    found = trial.tables.get(name)
    return found if isinstance(found, dict) else {}


def context_of(
    trial: Trial,
    specs: Specs,
    folder: RunFolder,
    resources: ResourcesSpec,
    look_for_stop: Callable[[], None],
) -> RunContext:
    device = choose_device(resources.device)
    return RunContext(
        folder=folder.path,
        data_dir=home_of(folder) / "data",
        seeds=Seeds(trial.seed, section(PinSpec, trial, "pin")),
        device=device,
        precision=choose(specs.train.precision, device),
        threads=resources.threads,
        ranks=ranks_of(device),
        look_for_stop=look_for_stop,
    )
