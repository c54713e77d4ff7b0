"""The newest row of a metrics file, from its last kilobytes only."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

TAIL: Final = 1 << 14
"""Bytes; rows are a few hundred each."""


def last_row(path: Path) -> dict[str, float]:
    """`step` and every finite metric of the last whole row; empty where there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - TAIL, 0))
            lines = file.read().splitlines()
    except OSError:
        return {}
    for line in reversed(lines):
        try:
            row = json.loads(line)
        except ValueError:
            continue  # torn by a kill, or cut by where the tail begins
        if isinstance(row, dict) and isinstance(row.get("step"), int):
            return {
                name: value
                for name, value in row.items()
                if isinstance(value, (int, float)) and not isinstance(value, bool)
            }
    return {}
