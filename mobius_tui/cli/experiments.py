"""`mobius init`, `new`, `check`, `list`, `show`: the experiments file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.errors import Refused, UsageError
from mobius_tui.cli import output
from mobius_tui.cli.options import FileOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.config.experiment import Experiment
    from mobius_core.config.problems import Problem
    from mobius_core.config.project import Project
    from mobius_core.config.trial import Json


def register(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(new)
    app.command()(check)
    app.command("list")(list_experiments)
    app.command()(show)


def init(
    folder: Annotated[Path, typer.Argument(help="where experiments.toml is written")] = Path(),
) -> None:
    """Write a first experiments.toml, to read and to change."""
    from mobius_core.config.locate import FILE_NAME
    from mobius_core.runs.files import write_bytes
    from mobius_tui.example import EXAMPLE

    path = folder / FILE_NAME
    if path.exists():
        raise Refused(f"{path} exists; `mobius new NAME --from X` adds to it")
    write_bytes(path, EXAMPLE.read_bytes())
    output.say(f"{path} written; next: mobius run quickstart --follow")


def new(
    name: Annotated[str, typer.Argument(help="of the new experiment")],
    source: Annotated[str, typer.Option("--from", help="the experiment to copy")],
    file: FileOption = None,
) -> None:
    """Copy an experiment of the file to its end, under a new name."""
    from mobius_core.config.document import display
    from mobius_core.config.locate import experiments_file
    from mobius_core.config.project import parse
    from mobius_core.config.write import with_copy
    from mobius_core.runs.files import write_bytes

    path = experiments_file(file)
    text = with_copy(path, name, source)
    write_bytes(path.resolve(), text.encode())
    line = parse(text, path).experiments[name].line
    output.say(f"{display(path)}:{line}: {name}, a copy of {source}")


def check(file: FileOption = None, as_json: JsonOption = False) -> None:
    """Print every mistake of the file with its line; exit 2 if there is one."""
    from mobius_core.config.document import display
    from mobius_core.config.locate import experiments_file
    from mobius_core.config.problems import ConfigErrors
    from mobius_core.config.project import load

    path = experiments_file(file)
    try:
        project = load(path)
    except ConfigErrors as errors:
        if as_json:
            output.emit_json({"ok": False, "problems": described(errors.problems), "warnings": []})
        else:
            output.emit_lines(str(problem) for problem in errors.problems)
            count = len(errors.problems)
            output.say(f"{count} problem{'s' if count > 1 else ''}")
        raise typer.Exit(UsageError.exit_code) from None
    if as_json:
        output.emit_json({"ok": True, "problems": [], "warnings": described(project.warnings)})
        return
    output.emit_lines(f"{problem} (warning)" for problem in project.warnings)
    experiments = len(project.experiments)
    trials = sum(trial_counts(project).values())
    output.emit_lines([f"{display(path)}: {experiments} experiments, {trials} trials, no problems"])


def list_experiments(file: FileOption = None, as_json: JsonOption = False) -> None:
    """The experiments of the file."""
    project = load_project(file)
    counts = trial_counts(project)
    if as_json:
        found: list[Json] = [
            {**summary(one), "trials": counts[one.name]} for one in project.experiments.values()
        ]
        output.emit_json({"file": str(project.path), "experiments": found})
        return
    from mobius_tui.cli.experiment_views import experiments_table

    output.draw(experiments_table(project, counts))


def show(
    name: Annotated[str, typer.Argument(help="an experiment of the file")],
    overrides: Annotated[list[str] | None, typer.Argument(metavar="[KEY=V[,V]]…")] = None,
    file: FileOption = None,
    as_json: JsonOption = False,
) -> None:
    """An experiment with nothing left to default, and its trials."""
    from mobius_core.config.expand import expand
    from mobius_core.runs.spec import trial_to_json

    project = load_project(file)
    trials = expand(project, name, overrides or ())
    experiment = project.experiments[name]
    if as_json:
        described_trials: list[Json] = [trial_to_json(trial) for trial in trials]
        output.emit_json({"experiment": summary(experiment), "trials": described_trials})
        return
    from mobius_tui.cli.experiment_views import experiment_view

    output.draw(experiment_view(experiment, trials))


def load_project(file: Path | None) -> Project:
    from mobius_core.config.locate import experiments_file
    from mobius_core.config.project import load

    return load(experiments_file(file))


def trial_counts(project: Project) -> dict[str, int]:
    """Trials of each experiment, in file order."""
    from mobius_core.config.expand import expand

    return {name: len(expand(project, name)) for name in project.experiments}


def described(problems: tuple[Problem, ...]) -> list[Json]:
    return [
        {"file": one.file, "line": one.line, "key": one.key, "message": one.message}
        for one in problems
    ]


def summary(experiment: Experiment) -> dict[str, Json]:
    """What the file says about an experiment, for --json."""
    from mobius_core.config.check import to_json

    return {
        "name": experiment.name,
        "kind": experiment.kind,
        "title": experiment.title,
        "note": experiment.note,
        "tags": list(experiment.tags),
        "line": experiment.line,
        "base": experiment.base,
        "arms": list(experiment.arms),
        "matrix": {key: list(values) for key, values in experiment.matrix.items()},
        "seeds": list(experiment.seeds),
        "after": list(experiment.after),
        "of": list(experiment.of),
        "compare": [list(pair) for pair in experiment.compare],
        "reference": to_json(experiment.reference),
    }
