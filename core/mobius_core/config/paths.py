"""Paths of a guest's command: relative ones start at the experiments file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from mobius_core.training.spec import CommandSpec


def located(command: CommandSpec, folder: Path) -> CommandSpec:
    """`~` and `$VAR` expanded in cwd, file and env; cwd and file absolute.

    A path that starts with a placeholder is absolute once that is filled in.
    """
    return replace(
        command,
        cwd=_path(command.cwd or ".", folder),
        file=None if command.file is None else _path(command.file, folder),
        env={name: _expanded(text) for name, text in command.env.items()},
    )


def _path(text: str, folder: Path) -> str:
    expanded = _expanded(text)
    return expanded if expanded.startswith("{") else os.path.normpath(folder / expanded)


def _expanded(text: str) -> str:
    return os.path.expandvars(os.path.expanduser(text))
