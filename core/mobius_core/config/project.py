"""experiments.toml, read as a whole: every mistake at once, or every experiment resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mobius_core.config import check, document
from mobius_core.config.datasets import read_data
from mobius_core.config.experiment import Experiment, read_experiment, read_headers
from mobius_core.config.inherit import resolve
from mobius_core.config.keys import key
from mobius_core.config.links import check_links, check_names
from mobius_core.config.node import Leaf, Table
from mobius_core.config.numerals import integer
from mobius_core.config.problems import Problem, Report, nearest
from mobius_core.config.rules import check_sweep
from mobius_core.config.tables import TABLES
from mobius_core.data.spec import DataSpec
from mobius_core.errors import NotFound

SCHEMA: Final = 1
TOP: Final = ("schema", "defaults", "data", "experiments", "reports")
OF_THE_MACHINE: Final = ("slots", "slurm", "notify", "ui", "train")


@dataclass(frozen=True, kw_only=True)
class ReportSpec:
    """`[reports.X]`: what one page shows."""

    title: str = key("", about="one line")
    experiments: tuple[str, ...] = key(about="experiments of this file")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A valid experiments file."""

    path: Path
    experiments: Mapping[str, Experiment]
    """in file order"""
    data: Mapping[str, DataSpec]
    """complete: defaults written out, paths absolute"""
    reports: Mapping[str, ReportSpec]
    warnings: tuple[Problem, ...] = ()
    """what is allowed but hardly meant"""

    def experiment(self, name: str) -> Experiment:
        """By name; NotFound names the nearest."""
        if name not in self.experiments:
            close = nearest(name, self.experiments)
            shown = document.display(self.path)
            raise NotFound(f'{shown}: no experiment "{name}"{close}; `mobius list` shows all')
        return self.experiments[name]


def load(path: Path) -> Project:
    """Read and check everything; ConfigErrors holds all problems, NotFound says no file."""
    return _project(document.read(path), path)


def parse(text: str, path: Path) -> Project:
    """The same for a text that is to stand at `path`."""
    return _project(document.parse(text, document.display(path)), path)


def _project(root: Table, path: Path) -> Project:
    report, warnings = Report(), Report()
    _check_top(root, report)
    data = read_data(tables_under(root, "data", report), path.absolute().parent, report)
    defaults = _read_defaults(root, report)
    written = read_headers(tables_under(root, "experiments", report), report)
    experiments: dict[str, Experiment] = {}
    for name, one in written.items():
        resolved = resolve(one, written, defaults, report)
        if resolved is not None:
            experiments[name] = read_experiment(one, resolved, report)
    check_links(experiments, written, report)
    reports = _read_reports(root, written, report)
    for experiment in experiments.values():
        check_sweep(experiment, data, report, warnings)
    report.raise_if_any()
    return Project(
        path=path,
        experiments=experiments,
        data={name: spec for name, spec in data.items() if spec is not None},
        reports=reports,
        warnings=warnings.problems,
    )


def _check_top(root: Table, report: Report) -> None:
    for name, node in root.items.items():
        if name in OF_THE_MACHINE:
            report.add(node.place, "belongs to the machine: ~/.config/mobius/config.toml")
        elif name not in TOP:
            check.unknown_key(node.place, name, TOP, report)
    schema = root.items.get("schema")
    if schema is None:
        report.add(root.place.child("schema"), f"required: write schema = {SCHEMA} at the top")
    elif not isinstance(schema, Leaf) or integer(schema.value) != SCHEMA:
        report.add(schema.place, f"this version reads schema = {SCHEMA}")


def tables_under(root: Table, name: str, report: Report) -> dict[str, Table]:
    """The tables of `[data.X]`, `[experiments.X]`, …, by X."""
    node = root.items.get(name)
    if node is None:
        return {}
    if not isinstance(node, Table):
        report.add(node.place, f"write [{name}.NAME] tables")
        return {}
    found: dict[str, Table] = {}
    for below, item in node.items.items():
        if isinstance(item, Table):
            found[below] = item
        else:
            report.add(item.place, f"write a table, [{name}.{below}]")
    return found


def _read_defaults(root: Table, report: Report) -> dict[str, Table]:
    found = tables_under(root, "defaults", report)
    for kind, table in found.items():
        if kind not in TABLES:
            check.unknown_key(table.place, kind, TABLES, report)
            continue
        for name, node in table.items.items():
            if name not in TABLES[kind]:
                check.unknown_key(node.place, name, TABLES[kind], report)
            elif not isinstance(node, Table):
                report.add(node.place, f"{name} is a table")
    return {
        kind: Table(
            {
                name: node
                for name, node in table.items.items()
                if name in TABLES[kind] and isinstance(node, Table)
            },
            table.place,
        )
        for kind, table in found.items()
        if kind in TABLES
    }


def _read_reports(
    root: Table, experiments: Mapping[str, object], report: Report
) -> dict[str, ReportSpec]:
    reports: dict[str, ReportSpec] = {}
    for name, table in tables_under(root, "reports", report).items():
        spec = check.read(ReportSpec, table, report)
        if spec is not None:
            check_names(table.items["experiments"], experiments, report)
            reports[name] = spec
    return reports
