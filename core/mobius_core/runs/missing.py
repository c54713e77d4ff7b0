"""What of some trials a lab lacks: the question behind `run`, asked before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mobius_core.config.trial import Json, Trial
from mobius_core.runs.factors import FACTORS_FILE, wants_factors
from mobius_core.runs.lab import Lab
from mobius_core.runs.run import Run, State
from mobius_core.runs.text import text_folder, wants_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """Trials sorted by what the lab already has of them."""

    new: tuple[Trial, ...] = ()
    already_done: tuple[Run, ...] = ()
    running: tuple[Run, ...] = ()
    already_queued: tuple[Run, ...] = ()
    failed: tuple[Run, ...] = ()
    """earlier runs of trials in `new` that ended other than done"""


def missing(
    lab: Lab, trials: Iterable[Trial], *, again: bool = False, runs: Sequence[Run] | None = None
) -> Missing:
    """Which of the trials have no run that is done, running or queued; nothing is written."""
    by_key: dict[str, list[Run]] = {}
    for run in lab.scan() if runs is None else runs:
        by_key.setdefault(run.trial.key, []).append(run)
    new: dict[str, Trial] = {}
    done, running, queued, failed = [], [], [], []
    for trial in trials:
        have = by_key.get(trial.key, [])
        finished = [run for run in have if run.state is State.DONE]
        live = [run for run in have if run.state.is_live]
        pending = [run for run in have if run.state.is_pending]
        if trial.kind == "build" and not is_built(lab, trial):
            finished = []
        if again or not (finished or live or pending):
            new.setdefault(trial.key, trial)
            failed += [run for run in have if run.state.is_over and run.state is not State.DONE]
        elif finished:
            done.append(finished[-1])
        elif live:
            running.append(live[-1])
        else:
            queued.append(pending[-1])
    return Missing(
        new=tuple(new.values()),
        already_done=tuple(done),
        running=tuple(running),
        already_queued=tuple(queued),
        failed=tuple(failed),
    )


def build_trial(data: Mapping[str, Json]) -> Trial:
    """The trial that builds a data set; its key is the hash of the data."""
    return Trial(
        name=f"data/{data['name']}",
        experiment="data",
        kind="build",
        key=str(data["hash"]),
        seed=0,
        tables={"data": dict(data)},
        resources={"gpus": 0, "device": "cpu", "threads": 1},
    )


def text_trial(data: Mapping[str, Json]) -> Trial:
    """The trial that writes a data set as text for guests, once it is built."""
    return replace(
        build_trial(data),
        name=f"data/{data['name']},int2int",
        key=f"{data['hash']}-int2int",
        tables={"data": dict(data), "export": {"format": "int2int"}},
    )


def factors_trial(data: Mapping[str, Json]) -> Trial:
    """The trial that factors the numbers of a data set, once it is built."""
    return replace(
        build_trial(data),
        name=f"data/{data['name']},factors",
        key=f"{data['hash']}-factors",
        tables={"data": dict(data), "factors": {}},
    )


def data_trials(trial: Trial) -> tuple[Trial, ...]:
    """What must be done with its data before a trial can start, in order; it waits for the last."""
    data = trial.tables.get("data")
    if not isinstance(data, dict) or (trial.kind == "build" and is_first(trial)):
        return ()
    if wants_text(trial):
        return build_trial(data), text_trial(data)
    if wants_factors(trial):
        return build_trial(data), factors_trial(data)
    return (build_trial(data),)


def is_first(build: Trial) -> bool:
    """It makes the data set, where others go on from it."""
    return not {"export", "factors"} & build.tables.keys()


def is_built(lab: Lab, trial: Trial) -> bool:
    """Its data set stands whole on the disk (or it needs none)."""
    data = trial.tables.get("data")
    if not isinstance(data, dict):
        return True
    if "export" in trial.tables:
        place = text_folder(lab.home, str(data["name"]), str(data["hash"]))
        return (place / "export.json").is_file()
    needed = FACTORS_FILE if "factors" in trial.tables else "manifest.json"
    return (lab.data_dir / f"{data['name']}-{data['hash']}" / needed).is_file()
