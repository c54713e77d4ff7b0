"""What NAME|RUN means where trials are asked about: all trials of an experiment, run or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mobius_core.errors import NotFound
from mobius_core.runs.run import Run
from mobius_tui.cli.labs import all_runs, open_lab
from mobius_tui.model import TrialView, join

if TYPE_CHECKING:
    from mobius_core.config.project import Project


def find_trials(
    words: Sequence[str], file: Path | None, home: Path | None
) -> tuple[TrialView, ...]:
    """An experiment of the file means its present expansion, any other word runs of the lab.

    Each trial once, in the order it was named, with its runs. NotFound where a word means nothing,
    ConfigErrors where the file has mistakes.
    """
    from mobius_core.config.expand import expand

    lab = open_lab(file, home)
    project = project_around(file)
    found: dict[str, TrialView] = {}
    for word in words:
        if project is not None and word in project.experiments:
            trials = {word: expand(project, word)}
            (experiment,) = join([project.experiments[word]], trials, all_runs(lab))
            views = experiment.trials
        else:
            views = tuple(TrialView(run.trial, (run,)) for run in lab.find(word))
        found |= {view.trial.name: view for view in views}
    return tuple(found.values())


def planned_comparisons(
    words: Sequence[str], file: Path | None
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Of each word that is an experiment of the file: its pairs (arm, control)."""
    project = project_around(file)
    known = {} if project is None else project.experiments
    return {word: known[word].compare for word in words if word in known}


def project_around(file: Path | None) -> Project | None:
    """The experiments file, None where there is none: a lab can be looked at without."""
    from mobius_core.config.locate import experiments_file
    from mobius_core.config.project import load

    try:
        path = experiments_file(file)
    except NotFound:
        return None
    return load(path)


def runs_of(views: Sequence[TrialView]) -> tuple[Run, ...]:
    """The run that speaks for each trial that has one."""
    return tuple(run for view in views if (run := view.run) is not None)
