"""What a child of ours says of its own end, before an exit code other than 0."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from mobius_core.errors import MobiusError
from mobius_core.runs.files import failing, read_json, write_json
from mobius_core.runs.folder import RunFolder

TEMPORARY_FAILURE: Final = 75
"""EX_TEMPFAIL of sysexits.h: stopped, and able to go on."""
DISK_FAILURE: Final = 74
"""EX_IOERR: the disk did not even take the verdict, and only the exit code is left to say so."""


def say_verdict(folder: RunFolder, attempt: int, reason: str, message: str, code: int) -> int:
    """One line in the log and attempts/N/verdict.json; `reason` is a value of State.

    Of several processes of one run the first to speak is right: its end is what ends the others.
    Gives the code to exit with: `code`, or DISK_FAILURE where nobody could read the verdict.
    """
    with suppress(OSError):  # a log that cannot be written may be what the verdict is about
        print(f"{reason}: {message}", flush=True)
    path = folder.attempt(attempt).verdict
    try:
        with failing("make", path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        if read_json(path) is None:
            write_json(path, {"reason": reason, "message": message})
    except MobiusError:
        return DISK_FAILURE
    return code
