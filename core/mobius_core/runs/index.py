"""What finished runs said when they were last read: one file a lab in the user's cache folder.

Never the truth: a run is believed to be what is kept of it only while its time stamps are those
it was read with. A file that is missing, damaged, of other code, another person's or cannot be
written costs time and nothing else.
"""

from __future__ import annotations

import json
import os
import re
import time
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import mobius_core
from mobius_core.runs.document import document_of, rest_of, run_of
from mobius_core.runs.files import DECODER
from mobius_core.runs.process import Host
from mobius_core.runs.run import Run

FORMAT: Final = 1
FORGOTTEN: Final = 30 * 86400.0
"""Seconds after which the file of a lab that nobody looks at is removed."""
BESIDE: Final = ("notes.json", "result.json")
"""Files that people also write in place, which leaves the folder's own stamp as it was."""


ROW: Final = re.compile(r"[!-~]+")
"""Names of folders that fit into a row: a copy made by hand may have any."""


class Stamp(NamedTuple):
    """Inode, mtime and ctime of a run folder, then of BESIDE; empty for a file that is not there.

    Making and replacing a file changes the stamp of its folder. Our own changes deeper down (a
    request to resume, before every further attempt) arrive by a rename out of the run folder.
    """

    folder: str
    notes: str = ""
    result: str = ""

    @property
    def inode(self) -> str:
        return self.folder.partition(" ")[0]

    @property
    def newest(self) -> float:
        """The last change, in unix seconds of the disk."""
        return max(int(one.split(" ")[1]) for one in self if one) / 1e9


def stamp_of(folder: str) -> Stamp:
    return Stamp(entry_stamp(folder), *(entry_stamp(f"{folder}/{name}") for name in BESIDE))


def entry_stamp(path: str) -> str:
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return f"{status.st_ino} {status.st_mtime_ns} {status.st_ctime_ns}"


class Finished:
    """A finished run, as an object or as the text that the file holds, each made when needed."""

    __slots__ = ("_rest", "_run", "_text", "stamp")

    def __init__(
        self, stamp: Stamp, run: Run | None = None, text: str = "", rest: str = ""
    ) -> None:
        self.stamp = stamp
        self._run = run
        self._text = text
        self._rest = rest

    def is_as_it_was(self, folder: str) -> bool:
        """Whether the run folder has the time stamps it was read with."""
        stamp = self.stamp
        return (
            entry_stamp(folder) == stamp.folder
            and (not stamp.result or entry_stamp(f"{folder}/result.json") == stamp.result)
            and (not stamp.notes or entry_stamp(f"{folder}/notes.json") == stamp.notes)
        )

    @property
    def text(self) -> str:
        """Its JSON, as `document_of` has it."""
        if not self._text and self._run is not None:
            self._text = json.dumps(document_of(self._run), allow_nan=False)
        return self._text

    @property
    def rest(self) -> str:
        if not self._rest and self._run is not None:
            self._rest = json.dumps(rest_of(self._run), allow_nan=False)
        return self._rest

    def run(self, rests: dict[str, Mapping[str, object]]) -> Run:
        """`rests` holds what was decoded before, so that runs of a sweep share their tables."""
        if self._run is None:
            rest = rests.get(self._rest)
            if rest is None:
                rest = rests[self._rest] = DECODER.decode(self._rest)
            self._run = run_of(DECODER.decode(self._text), rest)
        return self._run


def place(home: Path, host: Host) -> Path:
    """Where this host keeps what it knows of a lab; hosts may share the cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    number = zlib.crc32(f"{host.name}\0{home}".encode("utf-8", "surrogateescape"))
    return Path(cache) / "mobius" / f"{home.name}-{number:08x}.index"


def load(path: Path, home: Path) -> dict[str, Finished]:
    """By id, what was kept of the runs of this lab; empty where nothing can be believed."""
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_uid != os.geteuid():
                return {}
            header, _, body = file.read().partition(b"\n")
        if header != header_of(home, body):
            return {}
        known, _, rows = body.decode("ascii").partition("\n\n")
        rests = known.split("\n")
        found = {}
        for row in rows.splitlines():
            run_id, folder, notes, result, rest, text = row.split("\t")
            stamp = Stamp(folder, notes, result)
            found[run_id] = Finished(stamp, None, text, rests[int(rest)])
    except (OSError, ValueError, IndexError):
        return {}
    return found


def save(path: Path, home: Path, finished: Mapping[str, Finished]) -> None:
    """Replace the file; in silence where that cannot be."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Not flushed to the disk: what a power cut leaves of it, its checksum refuses.
        with open(beside, "wb", opener=for_me_alone) as file:
            body = body_of(finished)
            file.write(header_of(home, body) + b"\n" + body)
        os.replace(beside, path)
        remove_forgotten(path.parent)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def body_of(finished: Mapping[str, Finished]) -> bytes:
    """A line for each distinct `rest`, an empty line, a row for each run."""
    rests: dict[str, int] = {}
    rows = []
    for run_id, one in finished.items():
        if ROW.fullmatch(run_id):
            number = rests.setdefault(one.rest, len(rests))
            rows.append("\t".join((run_id, *one.stamp, str(number), one.text)))
    return "\n".join((*rests, "", *rows)).encode("ascii")


def for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def remove_forgotten(folder: Path) -> None:
    now = time.time()
    for entry in os.scandir(folder):
        if entry.name.endswith(".index") and now - entry.stat().st_mtime > FORGOTTEN:
            os.unlink(entry.path)


def header_of(home: Path, body: bytes) -> bytes:
    """The first line: what must agree for the rest to be believed."""
    words = ("mobius-index", FORMAT, code_stamp(), f"{zlib.crc32(body):08x}", json.dumps(str(home)))
    return " ".join(map(str, words)).encode()


def code_stamp() -> str:
    """Changes with our own code, which decides what a run folder means."""
    root = os.path.dirname(mobius_core.__file__)
    sources = sorted(entries(f"{root}/runs")) + sorted(entries(f"{root}/config"))
    return f"{mobius_core.__version__}-{zlib.crc32(repr(sources).encode()):08x}"


def entries(folder: str) -> Iterable[tuple[str, int, int]]:
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            status = entry.stat()
            yield entry.name, status.st_size, status.st_mtime_ns
