"""What can go wrong, as the exit codes tell it.

MobiusError
├── WorkFailed      1  a run, the disk, the compiler
├── UsageError      2  the command line or a configuration file
├── NotFound        3  no such run, experiment, data set or file
├── Refused         4  the state of a run or of the machine does not allow it
└── UnknownState    5  a run of another host whose heartbeat is old

A message is one sentence: what, where, what is allowed, what to do next.
"""

from __future__ import annotations

from typing import ClassVar, Final

INTERRUPTED: Final = 130
"""The exit code after ctrl-c, as shells have it: no error of ours."""


class MobiusError(Exception):
    """An error a person can act on; shown as one line, never as a traceback."""

    exit_code: ClassVar[int] = 1


class WorkFailed(MobiusError):
    exit_code = 1


class UsageError(MobiusError):
    exit_code = 2


class NotFound(MobiusError):
    exit_code = 3


class Refused(MobiusError):
    exit_code = 4


class UnknownState(MobiusError):
    exit_code = 5
