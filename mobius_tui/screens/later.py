"""Screens that the first frame does without, imported before a key needs them."""

from __future__ import annotations

from importlib import import_module
from typing import Final

LATER: Final = ("runs", "run", "compare", "sparsity", "onset", "data", "system", "help", "picker")


def import_screens() -> None:
    """For a worker thread: 90 ms of CPU time and 2 MB, of which a key would pay up to half."""
    for name in LATER:
        import_module(f"mobius_tui.screens.{name}")
