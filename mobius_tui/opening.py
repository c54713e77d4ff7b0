"""What the TUI is opened at: a screen, an experiment, runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SCREENS: Final = ("experiments", "runs", "compare", "sparsity", "onset", "data", "system")
TABS: Final = ("charts", "log", "results", "config", "events", "env", "system")
"""Of the Run screen."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a person wants to be; empty fields leave things as they were left."""

    screen: str = ""
    subject: str = ""
    words: str = ""
    """filter of Runs"""
    runs: tuple[str, ...] = ()
    """ids: one is opened, several are compared"""
    tab: str = ""
    """of the one run"""
