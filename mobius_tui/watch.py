"""The one place that looks at the disk for the screens: in a worker thread, at its own pace."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from mobius_core.config.trial import Trial
from mobius_core.errors import MobiusError
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.run import Run, State
from mobius_tui.last_row import last_row
from mobius_tui.model import LabView, LiveView, join

if TYPE_CHECKING:
    from mobius_core.config.problems import Problem
    from mobius_core.config.project import Project
    from mobius_core.metrics.latest import Latest
    from mobius_core.runs.lab import Lab

TELL_TIME_EVERY = 10.0
"""Seconds after which a look is told although nothing but the time has changed."""


class Watch:
    """Each `look` gives the lab as it is now; what has not changed is not read again."""

    def __init__(self, file: Path | None, home: Path | None) -> None:
        self._named_file = file
        self._named_home = home
        self._file: Path | None = None
        self._stamp: tuple[int, int] | None = None
        self._project: Project | None = None
        self._trials: dict[str, tuple[Trial, ...]] = {}
        self._problems: tuple[Problem, ...] = ()
        self._trouble = ""
        self._lab: Lab | None = None
        self._newest: dict[str, Latest] = {}
        self._ends: dict[str, LiveView] = {}
        self._told: LabView | None = None
        self._lost: set[tuple[str, int]] = set()

    @property
    def lab(self) -> Lab | None:
        return self._lab

    @property
    def project(self) -> Project | None:
        """The last good version of the experiments file."""
        return self._project

    def look(self) -> LabView | None:
        """The lab now, or None where nothing worth telling has changed since the last look."""
        self._find()
        self._read_file()
        runs = self._scan()
        experiments = self._project.experiments.values() if self._project is not None else ()
        view = LabView(
            loaded=True,
            file=self._file,
            home=None if self._lab is None else self._lab.home,
            trouble=self._trouble,
            problems=self._problems,
            experiments=join(experiments, self._trials, runs),
            data=self._project.data if self._project is not None else {},
            runs=runs,
            live=tuple(self._follow(run) for run in runs if run.state.is_live),
            ended=tuple(one for run in runs if (one := self._end_of(run)) is not None),
            slots=self._slots(runs),
            now=time.time(),
        )
        self._newest = {run.id: new for run in runs if (new := self._newest.get(run.id))}
        told = self._told
        if told is not None and view.now - told.now < TELL_TIME_EVERY and same(view, told):
            return None
        self._told = view
        return view

    def _find(self) -> None:
        """Where the file and the lab are; asked again each time while they are not there."""
        from mobius_core.config import locate
        from mobius_core.runs.lab import Lab

        if self._file is None:
            try:
                self._file = locate.experiments_file(self._named_file)
                self._trouble = ""
            except MobiusError as error:
                self._trouble = str(error)
        if self._lab is None:
            try:
                self._lab = Lab(locate.home(self._file, self._named_home))
            except MobiusError as error:
                self._trouble = str(error)

    def _read_file(self) -> None:
        """Load and expand the experiments file when it was written since the last look."""
        if self._file is None:
            return
        from mobius_core.config.expand import expand
        from mobius_core.config.problems import ConfigErrors
        from mobius_core.config.project import load

        try:
            status = self._file.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp == self._stamp:
                return
            project = load(self._file)
            trials = {name: tuple(expand(project, name)) for name in project.experiments}
        except ConfigErrors as errors:
            self._stamp, self._problems = stamp, errors.problems
        except (MobiusError, OSError) as error:
            self._stamp, self._trouble = None, str(error)
        else:
            self._stamp, self._problems, self._trouble = stamp, (), ""
            self._project, self._trials = project, trials

    def _scan(self) -> tuple[Run, ...]:
        if self._lab is None:
            return ()
        try:
            runs = self._lab.scan([])
        except MobiusError as error:
            self._trouble = str(error)
            return ()
        self._tell_lost(self._lab, runs)
        return runs

    def _tell_lost(self, lab: Lab, runs: tuple[Run, ...]) -> None:
        """As every look at a lab does; each loss once, because asking costs a system call."""
        lost = [run for run in runs if run.state is State.LOST]
        new = [run for run in lost if (run.id, run.attempt) not in self._lost]
        if new:
            from mobius_core.runs.lost import tell_lost

            tell_lost(lab, new)
        self._lost = {(run.id, run.attempt) for run in lost}

    def _end_of(self, run: Run) -> LiveView | None:
        """The last metrics of a run that is over and left no result, as other people's do."""
        if not run.state.is_over or run.result is not None or run.started is None:
            return None
        known = self._ends.get(run.id)
        if known is None or known.run is not run:
            row = last_row(RunFolder(run.folder).metrics)
            step = row.pop("step", None)
            whole = None if step is None else int(step)
            known = self._ends[run.id] = LiveView(run, whole, planned_steps(run.trial), row)
        return known

    def _slots(self, runs: tuple[Run, ...]) -> str:
        """`cpu 2/4` or `gpu 3/8`: taken and offered; empty where config.toml is wrong."""
        if self._lab is None:
            return ""
        from mobius_core.runs.capacity import capacity_of

        try:
            capacity = capacity_of(self._lab.home)
        except MobiusError:
            return ""
        kind, offered = ("gpu", len(capacity.gpus)) if capacity.gpus else ("cpu", capacity.cpus)
        taken = sum(run.where.count(kind) for run in runs if run.state.is_live)
        return f"{kind} {taken}/{offered}"

    def _follow(self, run: Run) -> LiveView:
        from mobius_core.metrics.latest import Latest

        newest = self._newest.get(run.id)
        if newest is None:
            newest = self._newest[run.id] = Latest(RunFolder(run.folder).metrics)
        newest.refresh()
        return LiveView(run, newest.step, planned_steps(run.trial), dict(newest.values))


def planned_steps(trial: Trial) -> int | None:
    train = trial.tables.get("train")
    steps = train.get("steps") if isinstance(train, dict) else None
    return steps if isinstance(steps, int) else None


def same(one: LabView, other: LabView) -> bool:
    """Whether two looks differ in nothing but the time."""
    return (
        one.runs == other.runs
        and one.live == other.live
        and one.file == other.file
        and one.trouble == other.trouble
        and one.problems == other.problems
        and len(one.experiments) == len(other.experiments)
        and all(
            a.experiment is b.experiment
            for a, b in zip(one.experiments, other.experiments, strict=True)
        )
    )
