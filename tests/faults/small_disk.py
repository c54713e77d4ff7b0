"""A file system of our own, small enough to fill, in a mount namespace that ends with its test."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mobius_core.runs.lab import Lab
from mobius_core.runs.resize import change_slots
from tests.runs.guests import end_everything

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
BALLAST = Path("ballast")
THERE = "MOBIUS_TEST_ON_SMALL_DISK"
"""In the environment of the process that stands there."""


@functools.cache
def may_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True).returncode == 0


def on_a_small_disk(size: str = "2M") -> Callable[[Callable[[], None]], Callable[[Path], None]]:
    """Turn a test into one whose process stands on a tmpfs of its own.

    It skips where this machine does not let users mount.
    """

    def decorate(body: Callable[[], None]) -> Callable[[Path], None]:
        def test(tmp_path: Path) -> None:
            if THERE in os.environ:
                body()
            else:
                run_there(tmp_path, size, f"import {body.__module__} as m; m.{body.__name__}(None)")

        test.__name__, test.__doc__ = body.__name__, body.__doc__
        return test

    return decorate


def run_there(folder: Path, size: str, code: str) -> None:
    if not may_mount():
        pytest.skip("this machine does not let users mount in a namespace")
    mount = f'mount -t tmpfs -o size={size} tmpfs "$1" && cd "$1" && shift && exec "$@"'
    paths = [str(Path(__file__).parents[2]), *(path for path in sys.path if path)]
    told = {THERE: "1", "PYTHONPATH": os.pathsep.join(paths), "XDG_CONFIG_HOME": str(folder)}
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", mount, "-", str(folder), sys.executable, "-c", code],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def small_lab() -> Iterator[Lab]:
    """A lab with one slot on that disk; nothing of it is alive afterwards."""
    lab = Lab(Path("lab").absolute())
    change_slots(lab.home, {"cpus": "1"})
    yield lab
    end_everything(lab)


def fill(room: int = 0) -> None:
    """Until nothing more goes in, then give `room` bytes back."""
    with open(BALLAST, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            file.truncate(file.tell() - room)


def empty() -> None:
    BALLAST.unlink()
