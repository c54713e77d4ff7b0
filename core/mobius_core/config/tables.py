"""Which tables an experiment of each kind has, and how they become spec dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from mobius_core.config import check
from mobius_core.config.declared import fields
from mobius_core.config.free import parameters, patterns, words
from mobius_core.config.node import Leaf, Node, Place, Table
from mobius_core.config.problems import Report, one_of
from mobius_core.config.trial import Json
from mobius_core.models.registry import MODELS
from mobius_core.models.spec import MlpSpec, ModelSpec
from mobius_core.sparsity.spec import MaskSpec
from mobius_core.training.registry import TASKS
from mobius_core.training.spec import (
    CommandSpec,
    EvalSpec,
    OnsetSpec,
    PinSpec,
    ResourcesSpec,
    SaveSpec,
    TaskSpec,
    TrainSpec,
)

TRAINED: Final = ("task", "model", "train", "eval", "save", "onset", "resources")
TABLES: Final[dict[str, tuple[str, ...]]] = {
    "arithmetic": TRAINED,
    "modular": TRAINED,
    "command": ("task", "command", "params", "regex", "names", "onset", "resources"),
    "eval": ("task", "eval", "resources"),
}
"""The trial tables of each kind of experiment."""

ALL_TABLES: Final = tuple(dict.fromkeys(name for names in TABLES.values() for name in names))


@dataclass(frozen=True, kw_only=True)
class Specs:
    """The tables of one point of a sweep. None: the kind has no such table, or it is wrong."""

    kind: str
    task: TaskSpec | None = None
    model: ModelSpec | None = None
    train: TrainSpec | None = None
    eval: EvalSpec | None = None
    save: SaveSpec | None = None
    onset: OnsetSpec | None = None
    resources: ResourcesSpec | None = None
    command: CommandSpec | None = None
    params: Mapping[str, Json] | None = None
    regex: Mapping[str, str] | None = None
    names: Mapping[str, str] | None = None
    pin: PinSpec | None = None


def read_specs(kind: str, tables: Table, report: Report) -> Specs:
    """The merged tables of a point as specs; every mistake goes to `report`."""

    def spec(cls: type[check.T], name: str) -> check.T | None:
        return check.read(cls, subtable(tables, name), report) if name in known else None

    known = TABLES[kind]
    return Specs(
        kind=kind,
        task=spec(TASKS[kind].spec, "task"),
        model=_read_model(subtable(tables, "model"), report) if "model" in known else None,
        train=spec(TrainSpec, "train"),
        eval=spec(EvalSpec, "eval"),
        save=spec(SaveSpec, "save"),
        onset=spec(OnsetSpec, "onset"),
        resources=spec(ResourcesSpec, "resources"),
        command=spec(CommandSpec, "command"),
        params=parameters(subtable(tables, "params"), report) if "params" in known else None,
        regex=patterns(subtable(tables, "regex"), report) if "regex" in known else None,
        names=words(subtable(tables, "names"), report) if "names" in known else None,
        pin=check.read(PinSpec, subtable(tables, "pin"), report),
    )


def subtable(tables: Table, name: str) -> Table:
    """A table of an experiment; an empty one where the file has none."""
    node = tables.items.get(name)
    return node if isinstance(node, Table) else Table({}, tables.place.child(name))


def _read_model(table: Table, report: Report) -> ModelSpec | None:
    name = table.items.get("name", Leaf("mlp", table.place))
    if not isinstance(name, Leaf) or not isinstance(name.value, str):
        report.add(name.place, f"the name of a model, one of {', '.join(MODELS)}")
        return None
    if name.value not in MODELS:
        report.add(name.place, one_of(name.value, MODELS))
        return None
    return check.read(MODELS[name.value].spec, table, report)


def complete(specs: Specs) -> Specs:
    """Defaults that depend on other keys, written out: equal meaning must give an equal key."""
    model = specs.model
    if isinstance(model, MlpSpec):
        model = replace(model, mask=_complete_mask(model.mask, len(model.widths)))
    train = specs.train
    if train is not None and model is not None and not MODELS[model.name].learns:
        train = TrainSpec(steps=1)  # none is made: whatever is said here means the same
    if train is not None and train.batch is None and model is not None:
        train = replace(train, batch=MODELS[model.name].batch)
    return replace(specs, model=model, train=train)


def _complete_mask(mask: MaskSpec, hidden: int) -> MaskSpec:
    if mask.mode == "none":
        return MaskSpec()
    layers = tuple(sorted(set(mask.layers or range(1, hidden + 1))))
    free = mask.mode in ("random", "banded") and mask.like is None
    return replace(mask, layers=layers, density=0.5 if free and not mask.density else mask.density)


def place_of(tables: Table, *path: str) -> Place:
    """Where a key was set; where it was not, the nearest table above it, under the key's name."""
    node: Node = tables
    for name in path:
        below = node.items.get(name) if isinstance(node, Table) else None
        node = below or Leaf(None, node.place.child(name))
    return node.place


def known_keys(kind: str) -> list[str]:
    """Every dotted key that an arm, an axis or the command line may set, for suggestions."""
    classes: dict[str, type] = {
        "task": TASKS[kind].spec,
        "train": TrainSpec,
        "eval": EvalSpec,
        "save": SaveSpec,
        "onset": OnsetSpec,
        "resources": ResourcesSpec,
        "command": CommandSpec,
        "pin": PinSpec,
    }
    names = [
        f"{table}.{name}"
        for table in (*TABLES[kind], "pin")
        if table in classes
        for name in fields(classes[table])
    ]
    if "model" in TABLES[kind]:
        names += [f"model.{name}" for entry in MODELS.values() for name in fields(entry.spec)]
        names += [f"model.mask.{name}" for name in fields(MaskSpec)]
    return names
