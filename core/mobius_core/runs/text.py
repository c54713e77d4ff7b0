"""Data sets as Int2Int text for guests: which command wants it, and where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

from mobius_core.config.placeholders import placeholders
from mobius_core.config.trial import Json, Trial

OF_TEXT: Final = frozenset({"train", "test"})


def text_folder(home: Path, name: str, data_hash: str) -> Path:
    return home / "exports" / f"{name}-{data_hash}-int2int"


def text_file(home: Path, name: str, data_hash: str, split: str) -> Path:
    """`{train}` and `{test}`: the text of mu; that of mu^2, musq_…, stands beside it."""
    return text_folder(home, name, data_hash) / f"mu_modp_and_p.txt.{split}"


def wants_text(trial: Trial) -> bool:
    """A command on whose line or in whose environment `{train}` or `{test}` stands."""
    command = trial.tables.get("command")
    if not isinstance(command, dict) or "data" not in trial.tables:
        return False
    return any(not OF_TEXT.isdisjoint(placeholders(text)) for text in texts(command))


def texts(command: dict[str, Json]) -> list[str]:
    argv = cast("list[str]", command.get("argv") or [])
    again = command.get("resume")
    env = cast("dict[str, str]", command.get("env") or {})
    others = [str(command[key]) for key in ("cwd", "file") if command.get(key)]
    return [*argv, *(map(str, again) if isinstance(again, list) else ()), *env.values(), *others]
