"""`{name}` in the command lines of guests; `{{` and `}}` are literal braces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

OURS: Final = ("seed", "run", "train", "test", "data")
"""Filled in by the runner, beside the names of `params`."""
OF_DATA: Final = ("train", "test", "data")
"""These need `task.data`."""

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def placeholders(text: str) -> list[str]:
    """The names between single braces, in order."""
    return [match[1] for match in _PLACEHOLDER.finditer(text) if match[1] is not None]


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with every placeholder replaced; KeyError names one without a value."""

    def replacement(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        return values[match[1]]

    return _PLACEHOLDER.sub(replacement, text)
