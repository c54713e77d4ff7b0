"""$VISUAL or $EDITOR on a file at a line, in this terminal, until it is left."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from mobius_core.errors import NotFound, WorkFailed

USUAL = ("nano", "vim", "vi")


def command(path: Path, line: int) -> list[str]:
    """NotFound where no editor is named and none of the usual ones is installed."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    editor = named or next((name for name in USUAL if shutil.which(name)), None)
    if editor is None:
        raise NotFound("no editor: set EDITOR to one, as in `export EDITOR=nano`")
    return [*shlex.split(editor), f"+{line}", str(path)]


def edit(path: Path, line: int) -> None:
    """WorkFailed where the editor cannot be started; its own exit code means nothing to us."""
    argv = command(path, line)
    try:
        subprocess.run(argv, check=False)
    except OSError as error:
        raise WorkFailed(f"cannot start {argv[0]}: {error.strerror}; set EDITOR") from error
