"""`[ui]` of config.toml, as the application uses it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from mobius_core.config import locate, machine
from mobius_core.config.machine import UiSpec
from mobius_core.errors import NotFound
from mobius_tui.charts.charset import ASCII, BRAILLE, Charset

ASCII_VARIABLE: Final = "MOBIUS_ASCII"
SLOW_VARIABLE: Final = "MOBIUS_SLOW_LINE"
"""Set by the options of the same names; they reach a TUI that a command opens."""


def settings(file: Path | None, home: Path | None) -> UiSpec:
    """Of the user and of the lab; ConfigErrors with every mistake. No lab is no mistake.

    What the command line says of this terminal wins.
    """
    ui = machine.load(lab_of(file, home)).ui
    if os.environ.get(ASCII_VARIABLE):
        ui = replace(ui, charset="ascii")
    return replace(ui, slow_line=True) if os.environ.get(SLOW_VARIABLE) else ui


def of_this_terminal(*, ascii_only: bool, slow_line: bool) -> None:
    """`--ascii` and `--slow-line`, for every screen of this process."""
    for name, wanted in ((ASCII_VARIABLE, ascii_only), (SLOW_VARIABLE, slow_line)):
        if wanted:
            os.environ[name] = "1"


def lab_of(file: Path | None, home: Path | None) -> Path | None:
    """The lab that is meant; None where nothing says which."""
    try:
        return locate.home(file, home)
    except NotFound:
        return None


def charset(ui: UiSpec) -> Charset:
    """Braille, where the terminal's encoding has it and the user did not say otherwise."""
    if ui.charset == "auto":
        encoding = (sys.stdout.encoding or "").lower().replace("-", "")
        return BRAILLE if encoding.startswith("utf") else ASCII
    return ASCII if ui.charset == "ascii" else BRAILLE
