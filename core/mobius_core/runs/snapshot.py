"""What a run is made of: taken when it is submitted and again at each start, to notice a drift.

Checksums here are CRC-32: they notice accidents (code edited while runs wait), not intent, and
spare each runner the 4 MB of hashlib.
"""

from __future__ import annotations

import json
import os
import select
import signal
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import mobius_core
from mobius_core.config.trial import Json, Trial
from mobius_core.errors import MobiusError
from mobius_core.runs.files import read_json

FRESH: Final = 2.0
"""Seconds for which a look at sources is believed: many short jobs share one."""
SHARE: Final = 0.02
"""Of its time that a runner spends at most on looking, however large a repository is."""
PATIENCE: Final = 5.0
"""Seconds for git, which waits for ever on a disk that is away."""
PACKAGES: Final = ("numpy", "torch", "scipy")
"""Those that training children compute with."""
DIFF: Final = (
    *("diff", "HEAD", "--no-ext-diff", "--no-textconv", "--no-color", "--"),
    # What is resolved from it stands frozen in spec.json: adding an experiment is no drift.
    *(":(top)", ":(exclude)experiments.toml"),
)

Snapshot = Mapping[str, Json]
"""`commit` and `diff` of the source, `guest_commit` and `guest_diff` of a guest's folder, `code`,
`data`, `packages`; null for what is not there, absent for what was not looked at."""


class GitHangs(Exception):
    """It has not answered in PATIENCE."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A git work tree at a moment of the monotonic clock."""

    commit: str | None
    diff: str | None
    until: float
    """how long it is believed"""


class Snapshots:
    """Takes snapshots; what was looked at a moment ago is not looked at again."""

    def __init__(self) -> None:
        self._trees: dict[str, Tree] = {}
        self._sources: list[tuple[str, int, int]] = []
        self._code = ""
        self._code_until = 0.0

    def take(self, trial: Trial, home: Path, source: str, python: str) -> Snapshot:
        """`source` is the folder around the experiments file, empty where there is none;
        `python` the interpreter of our own kinds."""
        found: dict[str, Json] = {"code": self._code_sum(), "data": data_sum(home, trial)}
        if trial.kind != "command":
            found["packages"] = packages_beside(python)
        for prefix, folder in (("", source), ("guest_", guest_folder(trial))):
            if folder:
                with suppress(GitHangs):
                    tree = self._tree(folder)
                    found |= {f"{prefix}commit": tree.commit, f"{prefix}diff": tree.diff}
        if all(found.get(name) == found.get(f"guest_{name}") for name in ("commit", "diff")):
            # A guest in the same repository: said once is enough.
            found = {name: one for name, one in found.items() if not name.startswith("guest_")}
        return found

    def _tree(self, folder: str) -> Tree:
        begin = time.monotonic()
        known = self._trees.get(folder)
        if known is not None and begin < known.until:
            return known
        tree = look_at(folder)
        now = time.monotonic()
        until = now + max(FRESH, (now - begin) / SHARE)
        self._trees[folder] = Tree(*tree, until)
        return self._trees[folder]

    def _code_sum(self) -> str:
        """Of the sources of mobius_core, by name and content."""
        now = time.monotonic()
        if now < self._code_until:
            return self._code
        self._code_until = now + FRESH
        root = os.path.dirname(mobius_core.__file__)
        sources = sorted(source_files(root))
        if sources != self._sources:
            total = 0
            for path, _, _ in sources:
                with open(path, "rb") as file:
                    total = zlib.crc32(file.read(), zlib.crc32(path[len(root) :].encode(), total))
            self._sources, self._code = sources, f"{total:08x}"
        return self._code


def source_files(folder: str) -> Iterator[tuple[str, int, int]]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from source_files(entry.path)
        elif entry.name.endswith(".py"):
            status = entry.stat()
            yield entry.path, status.st_mtime_ns, status.st_size


def guest_folder(trial: Trial) -> str:
    """Where a guest's program stands; empty for our own kinds."""
    command = trial.tables.get("command")
    return str(command.get("cwd") or "") if isinstance(command, dict) else ""


def data_sum(home: Path, trial: Trial) -> str | None:
    """Of the checksums of the files of its data set; None while it is not built."""
    data = trial.tables.get("data")
    if not isinstance(data, dict) or trial.kind == "build":
        return None
    manifest = home / "data" / f"{data['name']}-{data['hash']}" / "manifest.json"
    try:
        checksums = (read_json(manifest) or {}).get("checksums")
    except MobiusError:
        return None
    if checksums is None:
        return None
    return f"{zlib.crc32(json.dumps(checksums, sort_keys=True).encode()):08x}"


def packages_beside(python: str) -> dict[str, Json]:
    """Versions of PACKAGES where that interpreter's own are, by the names of folders."""
    found: dict[str, Json] = {}
    library = os.path.join(os.path.dirname(os.path.dirname(python)), "lib")
    with suppress(OSError):
        for name in os.listdir(library):
            with suppress(OSError):
                for entry in os.listdir(f"{library}/{name}/site-packages"):
                    package, _, version = entry.removesuffix(".dist-info").partition("-")
                    if package in PACKAGES and entry.endswith(".dist-info"):
                        found[package] = version
    return found


def look_at(folder: str) -> tuple[str | None, str | None]:
    """Commit and checksum of what differs from it; None outside of a repository.

    GitHangs where git does not answer.
    """
    deadline = time.monotonic() + PATIENCE
    commit = b"".join(output(("git", "-C", folder, "rev-parse", "HEAD"), deadline))
    if not commit:
        return None, None
    total = 0
    for chunk in output(("git", "-C", folder, *DIFF), deadline):
        total = zlib.crc32(chunk, total)
    return commit.decode().strip(), f"{total:08x}"


def output(argv: tuple[str, ...], deadline: float) -> Iterator[bytes]:
    """What a program prints, piece by piece; nothing where it fails to start."""
    reader, writer = os.pipe()
    # Looking must not make another git of the user's wait.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        pid = os.posix_spawnp(
            argv[0],
            argv,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, writer, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
            setsigdef=[signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE],
        )
    except OSError:
        os.close(reader)
        return
    finally:
        os.close(writer)
    try:
        while True:
            seconds = max(0.0, deadline - time.monotonic())
            if not select.select([reader], [], [], seconds)[0]:
                os.kill(pid, signal.SIGKILL)
                raise GitHangs
            chunk = os.read(reader, 1 << 16)
            if not chunk:
                return
            yield chunk
    finally:
        os.close(reader)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def drift(before: Snapshot, now: Snapshot) -> str:
    """What differs, as words of a sentence; empty where nothing does. What was not looked at, or
    was not there when it was submitted, is not judged."""
    known = [name for name in WORDS if before.get(name) is not None and name in now]
    return ", ".join(
        WORDS[name](before[name], now[name]) for name in known if before[name] != now[name]
    )


def commits(whose: str) -> Callable[[Json, Json], str]:
    return lambda before, now: f"{whose}commit {str(before)[:10]} is now {str(now or 'gone')[:10]}"


def versions(before: Json, now: Json) -> str:
    old, new = cast("dict[str, Json]", before), cast("dict[str, Json]", now)
    return ", ".join(
        f"{name} {old.get(name) or 'none'} is now {new.get(name) or 'none'}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


WORDS: Final[Mapping[str, Callable[[Json, Json], str]]] = {
    "commit": commits(""),
    "diff": lambda before, now: "other uncommitted changes",
    "guest_commit": commits("the program's "),
    "guest_diff": lambda before, now: "other uncommitted changes of the program",
    "code": lambda before, now: "other code of mobius itself",
    "data": lambda before, now: "another data set",
    "packages": versions,
}
