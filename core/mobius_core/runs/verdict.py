"""What a child of ours says of its own end, before an exit code other than 0."""

from __future__ import annotations

from typing import Final

from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder

TEMPORARY_FAILURE: Final = 75
"""EX_TEMPFAIL of sysexits.h: stopped, and able to go on."""


def say_verdict(folder: RunFolder, attempt: int, reason: str, message: str) -> None:
    """One line in the log and attempts/N/verdict.json; `reason` is a value of State."""
    print(f"{reason}: {message}", flush=True)
    path = folder.attempt(attempt).verdict
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {"reason": reason, "message": message})
