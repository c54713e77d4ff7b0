"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FileOption = Annotated[
    Path | None,
    typer.Option("--file", "-F", help="experiments file (else MOBIUS_FILE, else nearest parent)"),
]
HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="lab folder (else MOBIUS_HOME, else mobius_lab beside the file)"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
