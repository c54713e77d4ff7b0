"""Light guests for real runners: programs of a few milliseconds, and ways to wait for them."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from mobius_core.config.trial import Json, Trial
from mobius_core.errors import Refused
from mobius_core.runs import control
from mobius_core.runs.detach import Presence
from mobius_core.runs.facts import Proc, read_proc
from mobius_core.runs.folder import RunFolder
from mobius_core.runs.lab import Lab
from mobius_core.runs.process import Process, marked
from mobius_core.runs.resize import change_slots
from mobius_core.runs.run import Run, State
from mobius_core.runs.submit import submit

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds after which an event that takes milliseconds is taken to be missing."""
_numbers = itertools.count()


def guest(*argv: str, experiment: str = "e", **command: Json) -> Trial:
    """A trial that runs a program; further settings are keys of its table `command`."""
    number = next(_numbers)
    settings: dict[str, Json] = {"grace": 5, "resume": "never", **command}
    return Trial(
        name=f"{experiment}/s{number}",
        experiment=experiment,
        kind="command",
        key=f"{os.getpid():08x}{number:08x}",
        seed=0,
        tables={"command": {"argv": list(argv), **settings}},
    )


def shell(script: str, experiment: str = "e", **command: Json) -> Trial:
    return guest("sh", "-c", script, experiment=experiment, **command)


def wanting(trial: Trial, **resources: Json) -> Trial:
    """The same trial with a need."""
    return replace(trial, resources=resources)


def following(trial: Trial, *experiments: str) -> Trial:
    """The same trial after those experiments."""
    return replace(trial, after=experiments)


def until(event: Callable[[], T | None], what: str = "the event", patience: float = PATIENCE) -> T:
    """The first true answer. Polls: the event is in another process."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = event()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"{what} did not come within {patience:.0f} s")


def start(lab: Lab, trial: Trial) -> Run:
    """Submit one trial."""
    return submit(lab, [trial]).queued[0]


def now(lab: Lab, run: Run) -> Run:
    return lab.read([run.id])[0]


def until_state(lab: Lab, run: Run, *states: State) -> Run:
    def reached() -> Run | None:
        current = now(lab, run)
        return current if current.state in states else None

    return until(reached, f"{run.trial.name} to be {' or '.join(states)}")


def until_over(lab: Lab, run: Run, patience: float = PATIENCE) -> Run:
    def over() -> Run | None:
        current = now(lab, run)
        return current if current.state.is_over else None

    return until(over, f"the end of {run.trial.name}", patience)


def until_log(run: Run, text: str) -> str:
    def said() -> str | None:
        log = RunFolder(run.folder).log
        content = log.read_text() if log.exists() else ""
        return content if text in content else None

    return until(said, f"{text!r} in the log")


def proc_of(run: Run) -> Proc:
    """Who works on the run, once its child is recorded."""

    def recorded() -> Proc | None:
        folder = RunFolder(run.folder)
        number = folder.last_attempt()
        proc = read_proc(folder.attempt(number)) if number else None
        return proc if proc and proc.child else None

    return until(recorded, "proc.json")


def child_of(run: Run) -> Process:
    child = proc_of(run).child
    assert child is not None
    return child


def events_of(run: Run) -> list[str]:
    lines = RunFolder(run.folder).events.read_text().splitlines()
    return [json.loads(line)["event"] for line in lines]


def processes_of(run: Run) -> list[Process]:
    """Everything alive that carries the mark of the run."""
    return marked("MOBIUS_RUN", str(run.folder))


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab with two CPU slots; nothing of it is alive after the test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    lab = Lab(tmp_path / "lab")
    change_slots(lab.home, {"cpus": "2"})
    yield lab
    end_everything(lab)


def end_everything(lab: Lab) -> None:
    """Kill what still runs, and see the runners leave."""
    with suppress(Refused):  # where all of them are over
        control.kill(lab, lab.scan())
    until(lambda: not Presence.is_anybody_there(lab), "the runners to leave")
