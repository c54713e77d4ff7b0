"""Changing what this machine offers while runs go on: `[slots]` of the lab's config.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mobius_core.config import document, machine
from mobius_core.errors import UsageError
from mobius_core.runs.files import failing, write_bytes

KEYS = ("cpus", "gpus", "per_gpu", "free_mib")
HEADER = re.compile(r"^\s*\[slots\]\s*(#.*)?$")


def change_slots(home: Path, settings: Mapping[str, str]) -> None:
    """Write the settings (`cpus` = "4", `gpus` = "0,1" or "auto") and keep every other line.

    UsageError for an unknown key or value, ConfigErrors where the file is not one of ours;
    nothing is written then.
    """
    path = home / machine.FILE_NAME
    text = ""
    if path.exists():
        document.read(path)  # for its problems: what is no UTF-8 must not be written back as such
        text = path.read_text(encoding="utf-8")
    for key, value in settings.items():
        if key not in KEYS:
            raise UsageError(f"unknown {key!r}; slots are set by {', '.join(KEYS)}")
        text = set_key(text, key, toml_value(key, value))
    machine.check(text, path)
    with failing("make", home):
        home.mkdir(parents=True, exist_ok=True)
    write_bytes(path, text.encode())


def toml_value(key: str, value: str) -> str:
    """UsageError for what is neither "auto" nor a number, nor for GPUs a list of them."""
    if value == "auto" and key in ("cpus", "gpus"):
        return '"auto"'
    if key == "gpus" and re.fullmatch(r"(\d+(,\d+)*)?", value):
        return f"[{value.replace(',', ', ')}]"
    if key != "gpus" and value.isdecimal():
        return value
    raise UsageError(f"{key}={value}: give a number" + (", or 0,1" if key == "gpus" else ""))


def set_key(text: str, key: str, value: str) -> str:
    """`text` with `key = value` in its table [slots], which is added where it is missing."""
    lines = text.splitlines()
    start = next((index for index, line in enumerate(lines) if HEADER.match(line)), None)
    if start is None:
        lines += ["[slots]"]
        start = len(lines) - 1
    end = next(
        (index for index in range(start + 1, len(lines)) if lines[index].lstrip().startswith("[")),
        len(lines),
    )
    own = re.compile(rf"^\s*{key}\s*=")
    for index in range(start + 1, end):
        if own.match(lines[index]):
            lines[index] = f"{key} = {value}"
            break
    else:
        lines.insert(start + 1, f"{key} = {value}")
    return "\n".join(lines) + "\n"
