"""Telling a person what became of a run: the shell command of `[notify]` in config.toml.

It hears of the run through its environment: MOBIUS_EVENT (done, failed, stopped, lost, nan,
stalled), MOBIUS_STATE, MOBIUS_TRIAL, MOBIUS_RUN, MOBIUS_MESSAGE.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from mobius_core.config.machine import NotifySpec
from mobius_core.runs.run import State

PATIENCE: Final = 20.0
"""Seconds for the command; a mail that takes longer must go to the background itself."""
ASKED: Final = frozenset({State.STOPPED, State.KILLED, State.PREEMPTED})


def event_of(state: State) -> str:
    """The word of `notify.on` for an end."""
    if state in (State.DONE, State.LOST, State.NAN):
        return state.value
    return "stopped" if state in ASKED else "failed"


def message(
    state: State, trial: str, folder: Path, text: str, event: str | None = None
) -> dict[str, str]:
    """The variables of the command; `event` where it is no end."""
    return {
        "MOBIUS_EVENT": event or event_of(state),
        "MOBIUS_STATE": state.value,
        "MOBIUS_TRIAL": trial,
        "MOBIUS_RUN": str(folder),
        "MOBIUS_MESSAGE": text,
    }


def tell(settings: NotifySpec, variables: Mapping[str, str]) -> int | None:
    """Run the command where it wants to hear of the event; its exit code, minus the signal.

    None where it does not. What it prints goes where the caller's stderr goes.
    """
    if settings.command is None or not wants(settings, variables):
        return None
    return run(settings.command, variables)


def tell_in_passing(settings: NotifySpec, variables: Mapping[str, str], out: int = 2) -> int | None:
    """As `tell`, but nobody waits for the command; its pid. It prints to the descriptor `out`."""
    if settings.command is None or not wants(settings, variables):
        return None
    return start(settings.command, variables, out)


def wants(settings: NotifySpec, variables: Mapping[str, str]) -> bool:
    """A run that ends with no finite loss has failed, too."""
    event, state = variables["MOBIUS_EVENT"], variables["MOBIUS_STATE"]
    return event in settings.on or (state == State.NAN and "failed" in settings.on)


def run(command: str, variables: Mapping[str, str]) -> int:
    """Run a shell command with these variables, at most PATIENCE seconds."""
    pid = start(command, variables)
    deadline = time.monotonic() + PATIENCE
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def start(command: str, variables: Mapping[str, str], out: int = 2) -> int:
    """The pid of a shell that runs the command."""
    return os.posix_spawn(
        "/bin/sh",
        ["/bin/sh", "-c", command],
        {**os.environ, **variables},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, out, 1),
            (os.POSIX_SPAWN_DUP2, out, 2),
        ],
        setsigdef=[signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE],
    )
