"""Trials of an experiment: arms x matrix x seeds, complete, named and keyed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mobius_core.config import check
from mobius_core.config.datasets import data_hash
from mobius_core.config.digest import digest
from mobius_core.config.experiment import Experiment
from mobius_core.config.links import waits_for
from mobius_core.config.names import trial_name
from mobius_core.config.overrides import override
from mobius_core.config.paths import located
from mobius_core.config.problems import Report
from mobius_core.config.project import Project
from mobius_core.config.rules import check_specs
from mobius_core.config.sweep import Point, points
from mobius_core.config.tables import TABLES, Specs, complete, read_specs
from mobius_core.config.trial import Json, Trial
from mobius_core.training.spec import ArithmeticTask, CommandTask

__all__ = ["data_hash", "expand"]

NOT_HASHED: Final = ("save", "resources")
"""Tables that cannot change a result; all others are part of the key."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A point of the sweep, ready to be given seeds."""

    point: Point
    tables: dict[str, Json]
    hashed: dict[str, Json]
    resources: dict[str, Json]


def expand(project: Project, name: str, overrides: Sequence[str] = ()) -> tuple[Trial, ...]:
    """The trials of experiment `name`, in order.

    NotFound without such an experiment, ConfigErrors where an override is wrong.
    """
    experiment = project.experiment(name)
    report = Report()
    sweep = override(experiment.sweep, overrides, report)
    read = [(point, read_specs(experiment.kind, point.tables, report)) for point in points(sweep)]
    for point, specs in read:
        check_specs(specs, point.tables, project.data, report)
    report.raise_if_any()
    cells = [_cell(project, point, complete(specs)) for point, specs in read]
    if experiment.kind == "eval":
        return tuple(_evaluations(project, experiment, cells))
    return tuple(_trials(experiment, cells, sweep.seeds))


def _cell(project: Project, point: Point, specs: Specs) -> _Cell:
    """Tables complete and located for the run, and what of them is hashed, as written."""
    folder = project.path.absolute().parent
    written = _tables(specs)
    tables = dict(written)
    if specs.command is not None:
        tables["command"] = check.to_table(located(specs.command, folder))
    hashed = {name: table for name, table in written.items() if name not in NOT_HASHED}
    if isinstance(specs.task, (ArithmeticTask, CommandTask)):
        name = specs.task.data
        hashed["task"] = {**check.to_table(specs.task), "data": None}
        if name is not None:
            data = project.data[name]
            hashed["data"] = data_hash(data)
            tables["data"] = {"name": name, "hash": data_hash(data), **check.to_table(data)}
    if specs.onset is not None:
        hashed["onset"] = {**check.to_table(specs.onset), "compare": None}
    resources = tables.pop("resources")
    assert isinstance(resources, dict)
    return _Cell(point, tables, hashed, resources)


def _tables(specs: Specs) -> dict[str, Json]:
    """The tables that the kind has, as JSON."""
    tables: dict[str, Json] = {}
    for name in (*TABLES[specs.kind], "pin"):
        spec = getattr(specs, name)
        tables[name] = dict(spec) if isinstance(spec, Mapping) else check.to_table(spec)
    return tables


def _trials(
    experiment: Experiment, cells: Sequence[_Cell], seeds: Sequence[int]
) -> Iterator[Trial]:
    for cell in cells:
        for seed in seeds:
            yield Trial(
                name=trial_name(experiment.name, cell.point.arm, cell.point.axes, seed),
                experiment=experiment.name,
                kind=experiment.kind,
                key=digest({**cell.hashed, "seed": seed}),
                seed=seed,
                arm=cell.point.arm,
                axes=cell.point.axes,
                tables=cell.tables,
                resources=cell.resources,
                text=_text(experiment),
                after=waits_for(experiment),
            )


def _evaluations(
    project: Project, experiment: Experiment, cells: Sequence[_Cell]
) -> Iterator[Trial]:
    """One trial for each trial of `of`, with that one's name and key in the table `trial`."""
    for cell in cells:
        for trained in (trial for name in experiment.of for trial in expand(project, name)):
            rest = trained.name.partition("/")[2]
            own = trial_name(experiment.name, trained.experiment, cell.point.axes, None)
            of: Json = {"name": trained.name, "key": trained.key}
            data = {"data": trained.tables["data"]} if "data" in trained.tables else {}
            yield Trial(
                name=f"{own},{rest}",
                experiment=experiment.name,
                kind="eval",
                key=digest({"eval": cell.hashed["eval"], "trial": trained.key}),
                seed=trained.seed,
                arm=trained.arm,
                axes={**cell.point.axes, **trained.axes},
                tables={**cell.tables, **data, "trial": of},
                resources=cell.resources,
                text=_text(experiment),
                after=tuple(dict.fromkeys((trained.experiment, *experiment.after))),
            )


def _text(experiment: Experiment) -> dict[str, Json]:
    return {
        "title": experiment.title,
        "note": experiment.note,
        "tags": list(experiment.tags),
        "reference": check.to_json(experiment.reference),
    }
