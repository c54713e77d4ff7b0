"""Which experiments file and which lab folder a command means."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from mobius_core.errors import NotFound

FILE_NAME = "experiments.toml"
HOME_NAME = "mobius_lab"


def experiments_file(explicit: Path | None) -> Path:
    """`--file`, else MOBIUS_FILE, else experiments.toml here or in the nearest parent.

    NotFound where there is none.
    """
    named = explicit or _from_environment("MOBIUS_FILE")
    if named is not None:
        if wrong := why_unreadable(named):
            raise NotFound(f"{named}: {wrong}; `mobius init` writes a first experiments file")
        return named.absolute()
    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise NotFound("this folder has been removed; cd to one that is there") from None
    for folder in (here, *here.parents):
        if not why_unreadable(folder / FILE_NAME):
            return folder / FILE_NAME
    raise NotFound(
        f"no {FILE_NAME} in {here} or above it; `mobius init` writes a first one, "
        "--file or MOBIUS_FILE names another"
    )


def home(file: Path | None, explicit: Path | None) -> Path:
    """`--home`, else MOBIUS_HOME, else mobius_lab beside the experiments file.

    The folder need not exist yet. NotFound where neither it nor an experiments file is named.
    """
    named = explicit or _from_environment("MOBIUS_HOME")
    if named is not None:
        return named.absolute()
    return experiments_file(file).parent / HOME_NAME


def _from_environment(variable: str) -> Path | None:
    value = os.environ.get(variable, "")
    return Path(os.path.expanduser(value)) if value else None


def why_unreadable(path: Path) -> str:
    """Why there is no file at `path`, in the system's words; empty where there is one."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return "" if stat.S_ISREG(mode) else "not a file"
