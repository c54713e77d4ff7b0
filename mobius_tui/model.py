"""What the screens show, as frozen data: made in a worker thread, never by a widget.

An experiment counts only the trials of its present expansion (by key), so editing the file
never leaves an old run counted as an answer to the new question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mobius_core.analysis.sides import in_order
from mobius_core.config.trial import Json, Trial
from mobius_core.runs.run import Run, State

if TYPE_CHECKING:
    from mobius_core.config.experiment import Experiment
    from mobius_core.config.problems import Problem
    from mobius_core.data.spec import DataSpec


@dataclass(frozen=True, slots=True)
class TrialView:
    """A trial of the present expansion and its runs, newest first."""

    trial: Trial
    runs: tuple[Run, ...]

    @property
    def run(self) -> Run | None:
        """The run that speaks for the trial: a done one, else a live, a pending, the newest."""
        if len(self.runs) == 1:
            return self.runs[0]
        for wanted in (
            lambda state: state is State.DONE,
            lambda state: state.is_live,
            lambda state: state.is_pending,
        ):
            for run in self.runs:
                if wanted(run.state):
                    return run
        return self.runs[0] if self.runs else None

    @property
    def is_missing(self) -> bool:
        """Whether `mobius run` would queue it."""
        run = self.run
        return run is None or not (
            run.state is State.DONE or run.state.is_live or run.state.is_pending
        )


@dataclass(frozen=True)
class ExperimentView:
    """One experiment: what is asked and how far it is.

    A screen asks for runs and counts of a thousand trials a dozen times a key: they are found once.
    """

    experiment: Experiment
    trials: tuple[TrialView, ...]
    arm: str | None = None
    """Set where this is one arm of the experiment, unfolded."""

    @property
    def name(self) -> str:
        return self.experiment.name

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The run that speaks for each trial that has one."""
        return tuple(run for view in self.trials if (run := view.run) is not None)

    @cached_property
    def arms(self) -> tuple[ExperimentView, ...]:
        """Split by arm, in the order of the file; none where there are no arms."""
        split: dict[str | None, list[TrialView]] = {}
        for one in self.trials:
            split.setdefault(one.trial.arm, []).append(one)
        if split.keys() <= {None}:
            return ()
        return tuple(ExperimentView(self.experiment, tuple(of), arm) for arm, of in split.items())

    @cached_property
    def states(self) -> Mapping[State, int]:
        """Of `runs`, how many are in each state."""
        return Counter(run.state for run in self.runs)

    def count(self, *states: State) -> int:
        return sum(self.states.get(state, 0) for state in states)

    @property
    def done(self) -> int:
        return self.count(State.DONE)

    @property
    def live(self) -> int:
        return sum(count for state, count in self.states.items() if state.is_live)

    @property
    def pending(self) -> int:
        return sum(count for state, count in self.states.items() if state.is_pending)

    @property
    def failed(self) -> int:
        return sum(
            count for state, count in self.states.items() if state.is_over and not state.ended_well
        )

    @cached_property
    def missing(self) -> int:
        return sum(view.is_missing for view in self.trials)


@dataclass(frozen=True, slots=True)
class LiveView:
    """The last row of metrics of a run."""

    run: Run
    step: int | None = None
    of: int | None = None
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabView:
    """The whole lab at one moment."""

    loaded: bool = False
    """False until the first look: nothing is known, which is not the same as empty."""
    file: Path | None = None
    home: Path | None = None
    trouble: str = ""
    """Why there are no experiments, in one sentence."""
    problems: tuple[Problem, ...] = ()
    """What is wrong in the file; experiments are then those of its last good version."""
    experiments: tuple[ExperimentView, ...] = ()
    data: Mapping[str, DataSpec] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()
    live: tuple[LiveView, ...] = ()
    ended: tuple[LiveView, ...] = ()
    """the last metrics of runs that are over and left no result"""
    slots: str = ""
    now: float = 0.0
    """unix seconds of this look"""

    @property
    def metrics(self) -> tuple[LiveView, ...]:
        """The last metrics of every run whose result does not say them."""
        return (*self.live, *self.ended)

    @property
    def running(self) -> int:
        return sum(run.state.is_live for run in self.runs)

    @property
    def waiting(self) -> int:
        return sum(run.state.is_pending for run in self.runs)

    def experiment(self, name: str) -> ExperimentView | None:
        return next((view for view in self.experiments if view.name == name), None)

    def run(self, run_id: str) -> Run | None:
        return next((run for run in self.runs if run.id == run_id), None)


def join(
    experiments: Iterable[Experiment],
    trials: Mapping[str, Sequence[Trial]],
    runs: Sequence[Run],
) -> tuple[ExperimentView, ...]:
    """Experiments in file order, each trial with the runs of its key."""
    by_key: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda run: run.submitted, reverse=True):
        by_key.setdefault(run.trial.key, []).append(run)
    return tuple(
        ExperimentView(
            experiment,
            tuple(
                TrialView(trial, tuple(by_key.get(trial.key, ())))
                for trial in trials.get(experiment.name, ())
            ),
        )
        for experiment in experiments
    )


def in_file_order(view: LabView, runs: Iterable[Run]) -> list[Run]:
    """As the file lists their trials: the control of an experiment first."""
    listed = list(runs)
    names = {run.trial.experiment for run in listed}
    found = (one for one in view.experiments if one.name in names)
    return in_order(listed, (trial.trial.key for one in found for trial in one.trials))


def with_controls(view: LabView, runs: Sequence[Run]) -> list[Run]:
    """The runs after those of the control arm at the same places of the matrix, seed by seed."""
    controls: list[Run] = []
    places = {(run.trial.experiment, run.trial.arm, place_of(run.trial)) for run in runs}
    for one in view.experiments:
        declared = one.experiment
        against = {**dict.fromkeys(declared.arms, declared.arms[:1]), **controlled(declared)}
        wanted = {
            (control, place)
            for name, arm, place in places
            if name == one.name and arm is not None
            for control in against.get(arm, ())
            if control != arm
        }
        controls += [
            run
            for trial in one.trials
            if (trial.trial.arm, place_of(trial.trial)) in wanted and (run := trial.run) is not None
        ]
    ids = {run.id for run in runs}
    return [*(run for run in controls if run.id not in ids), *runs]


def controlled(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """Arm -> its first control of the planned comparisons."""
    found: dict[str, tuple[str, ...]] = {}
    for arm, control in experiment.compare:
        found.setdefault(arm, (control,))
    return found


def place_of(trial: Trial) -> tuple[int, str]:
    """Seed and axes: what a run shares with that of its control."""
    return trial.seed, repr(dict(trial.axes))


def number(source: Mapping[str, Json] | None, *path: str) -> float | None:
    """A number inside nested JSON, None where it is absent or not finite (null)."""
    value: Json = dict(source) if source is not None else None
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
