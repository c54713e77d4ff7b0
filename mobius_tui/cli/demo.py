"""`mobius demo`: the main job on real input, small enough for two cores and two minutes.

Data set by the C sieve, two trainings on it, a sweep of masks that groks, one table.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mobius_core.config import locate
from mobius_core.errors import INTERRUPTED, NotFound
from mobius_core.runs.lab import Lab
from mobius_tui.cli import output
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption
from mobius_tui.cli.status import raise_unless_well
from mobius_tui.example import EXAMPLE
from mobius_tui.streams import terminal_can_draw

if TYPE_CHECKING:
    from mobius_core.config.project import Project
    from mobius_core.runs.run import Run

EXPERIMENTS: Final = ("demo-mu2", "demo-mu", "quickstart")


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    plain: Annotated[bool, typer.Option("--plain", help="no TUI, plain progress")] = False,
    look: Annotated[
        bool, typer.Option("--look", help="run nothing: open the TUI on a finished lab")
    ] = False,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build data, train, run a sweep that groks, and print what came out: about two minutes."""
    if look:
        look_around()
        return
    from mobius_core.config.expand import expand
    from mobius_core.runs.submit import submit

    project = find_project(file)
    lab = Lab(find_home(project, file, home))
    trials = [trial for name in EXPERIMENTS for trial in expand(project, name)]
    submission = submit(lab, trials, again=True, source=project.path.parent)
    ids = [run.id for run in (*submission.builds, *submission.queued)]
    if plain or as_json or not terminal_can_draw():
        from mobius_tui.cli.follow import show_to_the_end

        if show_to_the_end(lab, ids) is None:
            raise typer.Exit(INTERRUPTED)
    else:
        from mobius_tui.app import run_tui

        run_tui(project.path, lab.home)
    runs = lab.read(run.id for run in submission.queued)
    show(runs, as_json=as_json)
    # Leaving the TUI early is no failure of what still runs.
    raise_unless_well([run for run in lab.read(ids) if run.state.is_over])


def look_around() -> None:
    """The TUI on a copy of the packaged lab, which is unpacked once into the cache folder."""
    from mobius_tui.example import unpack_look

    folder = unpack_look()
    if not terminal_can_draw():
        output.emit_lines([str(folder)])
        output.say("no terminal here: `mobius status --home HOME` reads that lab")
        return
    from mobius_tui.app import run_tui

    raise typer.Exit(run_tui(folder / "experiments.toml", folder / locate.HOME_NAME))


def show(runs: Sequence[Run], *, as_json: bool) -> None:
    if as_json:
        from mobius_core.runs.document import document_of

        output.emit_json({"runs": [document_of(run) for run in runs]})
        return
    from mobius_tui.cli.results_table import results_table

    output.draw(results_table(runs))
    unfinished = sum(not run.state.is_over for run in runs)
    if unfinished:
        output.say(f"{unfinished} runs go on; `mobius status` shows them")
    else:
        output.say("next: `mobius` opens the runs, `mobius onset quickstart` shows the delays")


def find_project(file: Path | None) -> Project:
    """The experiments file in reach if it has the demo's experiments, else the packaged one."""
    from mobius_core.config.project import load

    try:
        project = load(locate.experiments_file(file))
    except NotFound:
        if file is not None:
            raise
        return load(EXAMPLE)
    absent = [name for name in EXPERIMENTS if name not in project.experiments]
    if not absent:
        return project
    if file is not None:
        raise NotFound(
            f"{file}: the demo needs {', '.join(EXPERIMENTS)}, and {absent[0]} is not there; "
            "`mobius init` writes a file that has them"
        )
    return load(EXAMPLE)


def find_home(project: Project, file: Path | None, home: Path | None) -> Path:
    """Beside the experiments file; for the packaged file, which is no place to write, here."""
    if project.path == EXAMPLE and home is None and not os.environ.get("MOBIUS_HOME"):
        return Path.cwd() / locate.HOME_NAME
    return locate.home(file, home)
