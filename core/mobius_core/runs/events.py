"""events.jsonl: what happened to a run, in order: {"t": unix s, "event": kind, …}."""

from __future__ import annotations

import json
import time
from pathlib import Path

from mobius_core.config.trial import Json
from mobius_core.runs.files import append_line
from mobius_core.runs.folder import RunFolder


def append(folder: RunFolder | Path, kind: str, **fields: Json) -> None:
    """Add one event; WorkFailed where the disk does not take it."""
    run = folder if isinstance(folder, RunFolder) else RunFolder(folder)
    append_line(run.events, {"t": round(time.time(), 3), "event": kind, **fields})


def read(folder: RunFolder | Path) -> list[dict[str, Json]]:
    """Every whole event so far; a torn last line is left out."""
    run = folder if isinstance(folder, RunFolder) else RunFolder(folder)
    try:
        lines = run.events.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    events = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events
