"""The standard streams as a command finds them: closed, full, or with a reader that has left."""

from __future__ import annotations

import os
import select
import sys
from io import TextIOWrapper
from typing import TextIO


def settle() -> None:
    """Make all three streams usable, whatever the caller did to them.

    A descriptor that was closed (`mobius status >&-`) is given /dev/null, or else the next file
    opened would become stdout. A character that the terminal's encoding lacks is spelled: an
    experiment's title must not end a command.
    """
    for descriptor, mode in ((0, "r"), (1, "w"), (2, "w")):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
            stream = open(descriptor, mode, encoding="utf-8")  # noqa: SIM115 (for good)
            setattr(sys, ("stdin", "stdout", "stderr")[descriptor], stream)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def terminal_can_draw() -> bool:
    """Both ends are a terminal, and not one that would print escapes as garbage (TERM=dumb)."""
    return (
        sys.stdin.isatty()
        and sys.stdout.isatty()
        and os.environ.get("TERM", "dumb") not in ("", "dumb")
    )


def is_reader_gone() -> bool:
    """Whether stdout is a pipe that nobody reads any more, as after `mobius status | head`."""
    poll = select.poll()
    poll.register(1, 0)
    return any(events & select.POLLERR for _, events in poll.poll(0))


def drop(stream: TextIO) -> None:
    """What is still to be written to stdout or stderr goes nowhere, also at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC), stream.fileno())
