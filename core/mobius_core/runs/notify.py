"""Telling a person how a run ended: the shell command of `[notify]` in config.toml.

It hears of the run through its environment: MOBIUS_EVENT (done, failed, stopped), MOBIUS_STATE,
MOBIUS_TRIAL, MOBIUS_RUN, MOBIUS_MESSAGE.
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
    if state is State.DONE:
        return "done"
    return "stopped" if state in ASKED else "failed"


def message(state: State, trial: str, folder: Path, text: str) -> dict[str, str]:
    """The variables of the command."""
    return {
        "MOBIUS_EVENT": event_of(state),
        "MOBIUS_STATE": state.value,
        "MOBIUS_TRIAL": trial,
        "MOBIUS_RUN": str(folder),
        "MOBIUS_MESSAGE": text,
    }


def tell(settings: NotifySpec, variables: Mapping[str, str]) -> int | None:
    """Run the command where it wants to hear of the event; its exit code, minus the signal.

    None where it does not. What it prints goes where the caller's stderr goes.
    """
    if settings.command is None or variables["MOBIUS_EVENT"] not in settings.on:
        return None
    return run(settings.command, variables)


def run(command: str, variables: Mapping[str, str]) -> int:
    """Run a shell command with these variables, at most PATIENCE seconds."""
    pid = os.posix_spawn(
        "/bin/sh",
        ["/bin/sh", "-c", command],
        {**os.environ, **variables},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, 2, 1),
        ],
        setsigdef=[signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE],
    )
    deadline = time.monotonic() + PATIENCE
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
