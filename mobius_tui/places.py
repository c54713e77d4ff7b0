"""Where a key works, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mobius_tui.keys import Where

PLACES: Final[Mapping[Where, str]] = {
    "app": "everywhere",
    "screen": "every screen",
    "list": "lists",
    "text": "texts",
    "log": "the log",
    "chart": "charts",
    "experiments": "Experiments",
    "runs": "Runs",
    "run": "Run",
    "compare": "Compare",
    "sparsity": "Sparsity",
    "onset": "Onset",
    "picker": "choices",
    "help": "this page",
    "prompt": "prompts",
}
