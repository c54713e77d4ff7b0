"""env.json: with what a run was made, so that a result can be traced and a drift noticed."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import mobius_core
from mobius_core.config.trial import Json
from mobius_core.runs.gpus import list_gpus
from mobius_core.runs.process import this_host

PACKAGES = ("mobius-tui", "numpy", "torch", "textual", "typer", "tomli")
PATHS = (
    "PATH",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "LD_LIBRARY_PATH",
)
"""Variables that decide which programs and libraries a child finds: a runner that was started
from one shell gives each child those of the shell that submitted it."""
LONGEST_DIFF = 1 << 20
"""Bytes of a diff that are kept: a forgotten data file in git must not fill every run folder."""
GIT_PATIENCE = 20.0


def describe(source: Path) -> dict[str, Json]:
    """The document of env.json; `source` is the folder whose git state belongs to the run."""
    return {
        "schema": 1,
        "t": round(time.time(), 3),
        "command_line": list(sys.argv),
        "host": this_host().name,
        "platform": platform.platform(),
        "python": sys.executable,
        "versions": {"python": platform.python_version(), **versions()},
        "code": code_hash(),
        **git_state(source),
        "gpus": [gpu.uuid for gpu in list_gpus()],
        "paths": {name: os.environ.get(name) for name in PATHS},
    }


def versions() -> dict[str, Json]:
    """Installed versions by package, null for what is absent; nothing is imported for it."""
    found: dict[str, Json] = {}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found


def code_hash() -> str:
    """16 hex digits of SHA-256 over the sources of mobius_core, by name and content."""
    root = Path(mobius_core.__file__).parent
    total = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        total.update(str(path.relative_to(root)).encode() + b"\0")
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def git_state(folder: Path) -> dict[str, Json]:
    """Commit and uncommitted changes of the repository around `folder`; null outside of one."""
    commit = git(folder, "rev-parse", "HEAD")
    if commit is None:
        return {"source": str(folder), "commit": None, "diff": None}
    diff = git(folder, "diff", "HEAD") or ""
    return {
        "source": str(folder),
        "commit": commit.strip(),
        "diff": diff[:LONGEST_DIFF],
        "diff_is_cut": len(diff) > LONGEST_DIFF,
    }


def git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None when it fails, takes too long or is not installed."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            timeout=GIT_PATIENCE,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace")
