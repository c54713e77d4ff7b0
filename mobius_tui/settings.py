"""`[ui]` of config.toml, as the application uses it."""

from __future__ import annotations

import sys
from pathlib import Path

from mobius_core.config import locate, machine
from mobius_core.config.machine import UiSpec
from mobius_core.errors import NotFound
from mobius_tui.charts.charset import ASCII, BRAILLE, Charset


def settings(file: Path | None, home: Path | None) -> UiSpec:
    """Of the user and of the lab; ConfigErrors with every mistake. No lab is no mistake."""
    return machine.load(lab_of(file, home)).ui


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
