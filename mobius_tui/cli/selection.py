"""What NAME|RUN on a command line means: trials of the present expansion, or runs of the lab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mobius_core.errors import NotFound
from mobius_core.runs.run import Run

from mobius_tui.model import TrialView, join

if TYPE_CHECKING:
    from mobius_core.config.project import Project


@dataclass(frozen=True)
class Selection:
    """Trials in the order they were named, each with the run that speaks for it, if any."""

    trials: tuple[TrialView, ...]

    def runs(self) -> tuple[Run, ...]:
        return tuple(run for view in self.trials if (run := view.run) is not None)


def select(words: Sequence[str], file: Path | None, home: Path | None) -> Selection:
    """An experiment of the file means all its trials, run or not; anything else runs of the lab.

    NotFound where a word means nothing, ConfigErrors where it names an experiment of a file that
    has mistakes.
    """
    from mobius_core.config.expand import expand
    from mobius_core.config.locate import home as locate_home
    from mobius_core.runs.lab import Lab

    lab = Lab(locate_home(file, home))
    project = project_around(file)
    views: dict[str, TrialView] = {}
    for word in words:
        if project is not None and word in project.experiments:
            trials = {word: expand(project, word)}
            (experiment,) = join([project.experiments[word]], trials, lab.scan())
            found = experiment.trials
        else:
            found = tuple(TrialView(run.trial, (run,)) for run in lab.find(word))
        views |= {view.trial.name: view for view in found}
    return Selection(tuple(views.values()))


def project_around(file: Path | None) -> Project | None:
    """The experiments file, None where there is none: a lab can be looked at without."""
    from mobius_core.config.locate import experiments_file
    from mobius_core.config.project import load

    try:
        path = experiments_file(file)
    except NotFound:
        return None
    return load(path)
