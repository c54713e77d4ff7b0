"""Which runs a new run waits for: its data build, and the trials named by `after`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mobius_core.config.trial import Trial
from mobius_core.errors import Refused
from mobius_core.runs.lab import latest
from mobius_core.runs.missing import data_trials
from mobius_core.runs.run import Run, State


class Dependencies:
    """Looks among the runs of the lab and among those about to be queued with it."""

    def __init__(
        self, runs: Sequence[Run], new: Mapping[str, Trial], builds: Sequence[Run]
    ) -> None:
        self._new = new
        self._old: dict[str, list[Run]] = {}
        for run in latest(runs):
            self._old.setdefault(run.trial.experiment, []).append(run)
        self._builds = {run.trial.key: run.id for run in builds}
        self._builds |= {
            trial.key: run_id for run_id, trial in new.items() if trial.kind == "build"
        }

    def of(self, trial: Trial) -> tuple[str, ...]:
        """Ids to wait for. Refused where a named experiment can never become done."""
        ids = [run_id for name in trial.after for run_id in self._of_experiment(trial, name)]
        first = data_trials(trial)[-1:]
        ids[:0] = [self._builds[build.key] for build in first if build.key in self._builds]
        return tuple(dict.fromkeys(ids))

    def _of_experiment(self, trial: Trial, name: str) -> list[str]:
        one = trial.tables.get("trial")
        key = one["key"] if isinstance(one, dict) else None
        new = {
            run_id: other
            for run_id, other in self._new.items()
            if other.experiment == name and key in (None, other.key)
        }
        replaced = {other.key for other in new.values()}
        old = [
            run
            for run in self._old.get(name, [])
            if key in (None, run.trial.key) and run.trial.key not in replaced
        ]
        if key is not None and not new and not old:
            # An evaluation names several experiments but waits for the one trial it evaluates.
            return [] if self._is_elsewhere(key, trial) else self._refuse(trial, name)
        if not new and not old:
            return self._refuse(trial, name)
        for run in old:
            if run.state.is_over and run.state is not State.DONE and not run.state.may_continue:
                raise Refused(
                    f"{trial.name} waits for {run.trial.name}, which ended as {run.state}; "
                    f"`mobius run {name}` repeats it"
                )
        return [*new, *(run.id for run in old if run.state is not State.DONE)]

    def _is_elsewhere(self, key: object, trial: Trial) -> bool:
        known = {run.trial.key for name in trial.after for run in self._old.get(name, [])}
        return key in known | {other.key for other in self._new.values()}

    def _refuse(self, trial: Trial, name: str) -> list[str]:
        raise Refused(
            f"{trial.name} waits for experiment {name}, of which nothing is queued or done; "
            f"queue both: `mobius run {name} {trial.experiment}`"
        )
