"""`mobius report`: experiments beside what was published of them, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.errors import NotFound
from mobius_tui.cli import output
from mobius_tui.cli.labs import open_lab
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.config.project import Project, ReportSpec


def register(app: typer.Typer) -> None:
    app.command()(report)


def report(
    name: Annotated[str, typer.Argument(metavar="NAME", help="a [reports.NAME] or an experiment")],
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Figures with standard errors beside the published ones, the oracle and the gap.

    Only runs of the file's present trials count; of an incomplete sweep it says how many.
    """
    from mobius_core.analysis.cautions import cautions
    from mobius_core.analysis.corruption_report import corrupted
    from mobius_core.analysis.report import cells
    from mobius_core.config.expand import expand
    from mobius_core.runs.files import read_json
    from mobius_core.runs.folder import RunFolder
    from mobius_tui.cli import report_tables
    from mobius_tui.cli.experiments import load_project
    from mobius_tui.model import join

    project = load_project(file)
    spec = chosen(project, name)
    experiments = [project.experiments[one] for one in spec.experiments]
    trials = {one.name: expand(project, one.name) for one in experiments}
    views = join(experiments, trials, open_lab(file, home).scan([]))
    asked = {view.name: [(one.trial, one.run) for one in view.trials] for view in views}
    environments = {
        run.id: read_json(RunFolder(run.folder).env) or {}
        for of_one in asked.values()
        for _, run in of_one
        if run is not None
    }
    evaluated = {name for one in experiments for name in one.of}
    page = report_tables.Page(
        name=name,
        title=spec.title,
        cells=tuple(
            row for one in experiments if one.kind != "eval" for row in cells(one, asked[one.name])
        ),
        corrupted=tuple(
            row
            for one in experiments
            if one.name not in evaluated
            for row in corrupted(one, asked[one.name])
        ),
        cautions=tuple(
            said
            for one in experiments
            for said in cautions(one.name, asked[one.name], environments)
        ),
    )
    if as_json:
        output.emit_json(report_tables.document(page))
        return
    report_tables.show(page)


def chosen(project: Project, name: str) -> ReportSpec:
    """The report of this name; an experiment by itself is one, too."""
    from mobius_core.config.problems import nearest
    from mobius_core.config.project import ReportSpec

    if name in project.reports:
        return project.reports[name]
    if name in project.experiments:
        return ReportSpec(title=project.experiments[name].title, experiments=(name,))
    close = nearest(name, [*project.reports, *project.experiments])
    raise NotFound(
        f'no report or experiment "{name}"{close}; write [reports.{name}] with '
        "experiments = [names]"
    )
