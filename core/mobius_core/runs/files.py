"""Files that are whole or absent: written beside their place, flushed to the disk, renamed.

Every OSError leaves here as one sentence; a reader never sees half a document.
"""

from __future__ import annotations

import errno
import fcntl
import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from mobius_core.config.trial import Json
from mobius_core.errors import Refused, WorkFailed

WHAT_TO_DO = {
    errno.ENOSPC: "free some space, then repeat",
    errno.EDQUOT: "free some of your quota, then repeat",
    errno.EACCES: "make it writable or choose another folder with --home",
    errno.EPERM: "make it writable or choose another folder with --home",
    errno.EROFS: "choose another folder with --home",
    errno.ENOTDIR: "choose another folder with --home",
    errno.ENOENT: "the folder is gone",
}
DECODER = json.JSONDecoder(parse_constant=lambda name: None)
"""Made once: a lab of 5,000 runs has 20,000 documents."""


@contextmanager
def failing(verb: str, path: Path) -> Iterator[None]:
    """Turn an OSError into WorkFailed: what, where, why, what next."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        hint = WHAT_TO_DO.get(error.errno or 0, "see `mobius doctor`")
        raise WorkFailed(f"cannot {verb} {path}: {reason}; {hint}") from error


def write_json(
    path: Path,
    document: Mapping[str, Json],
    by_way_of: Path | None = None,
    *,
    durable: bool = True,
) -> None:
    """Replace `path` by the document as one line of JSON; non-finite numbers become null."""
    write_bytes(path, encode(document) + b"\n", by_way_of, durable=durable)


def write_bytes(
    path: Path, content: bytes, by_way_of: Path | None = None, *, durable: bool = True
) -> None:
    """Replace `path` in one step that survives a power cut: temporary file, fsync, rename.

    The temporary file stands in `by_way_of`, whose time stamp the same step then changes too.
    What means nothing after a power cut is not `durable`, and does not wait for the disk.
    """
    folder = by_way_of or path.parent
    temporary = folder / f".{path.name}.{os.getpid()}.{time.monotonic_ns()}"
    with failing("write", path):
        try:
            with open(temporary, "wb") as file:
                file.write(content)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            os.rename(temporary, path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise


def read_json(path: str | Path) -> dict[str, Json] | None:
    """The document, or None where there is none (or not one of ours).

    NaN and the infinities, which are no JSON but which Python and others write, become None.
    """
    try:
        with open(path, "rb") as file:
            document = DECODER.decode(file.read().decode())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError, RecursionError):
        return None
    except OSError as error:
        raise WorkFailed(f"cannot read {path}: {error.strerror}") from error
    return document if isinstance(document, dict) else None


def encode(document: Mapping[str, Json]) -> bytes:
    try:
        return json.dumps(document, allow_nan=False, separators=(",", ":")).encode()
    except ValueError:
        return json.dumps(finite(dict(document)), separators=(",", ":")).encode()


def finite(value: Json) -> Json:
    """The same document with null in place of NaN and the infinities."""
    if isinstance(value, dict):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def append_line(path: Path, document: Mapping[str, Json]) -> None:
    """Add one line by one write(), which local disks do not interleave with another's.

    A line that a full disk cut off is ended first, so that it takes no other with it.
    """
    line = encode(document) + b"\n"
    with failing("write", path):
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                line = b"\n" + line
            while line:
                line = line[os.write(descriptor, line) :]
        finally:
            os.close(descriptor)


@contextmanager
def locked(path: Path, seconds: float = 30.0) -> Iterator[None]:
    """Hold `path` alone among the processes of this lab; Refused after `seconds` of waiting."""
    with failing("lock", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        deadline = time.monotonic() + seconds
        while not try_lock(descriptor):
            if time.monotonic() > deadline:
                raise Refused(
                    f"{path} has been held for {seconds:.0f} s by another mobius; "
                    "end the process that `fuser` names for it, then repeat"
                )
            time.sleep(0.005)
        yield
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Take the lock of an open file if nobody has it; closing the file gives it back."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
