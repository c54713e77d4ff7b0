"""Disks and clocks that fail on demand: `faulty.c`, preloaded into a runner and all it starts.

EIO cannot be had from a file system without a broken device (or a device mapper, which few
machines let one use), so writes and syncs of chosen files are made to fail inside the processes
that make them; what they see is what the kernel would tell them.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest


@functools.cache
def library() -> Path | None:
    """The compiled library, once a session; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    target = Path(tempfile.mkdtemp(prefix="faulty-")) / "faulty.so"
    source = Path(__file__).with_name("faulty.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", target, source], check=True)
    return target


def preload(monkeypatch: pytest.MonkeyPatch) -> None:
    """For every process started from now on."""
    found = library()
    if found is None:
        pytest.skip("no C compiler here: apt-get install gcc")
    before = os.environ.get("LD_PRELOAD")
    monkeypatch.setenv("LD_PRELOAD", f"{found}:{before}" if before else str(found))


@dataclass(frozen=True, slots=True)
class BadFiles:
    """Files that fail while `gate` exists."""

    gate: Path

    def begin(self) -> None:
        self.gate.touch()

    def mend(self) -> None:
        self.gate.unlink(missing_ok=True)


def bad_files(monkeypatch: pytest.MonkeyPatch, gate: Path, part: str, number: int) -> BadFiles:
    """Every write to a file with `part` in its path fails with errno `number`, once begun."""
    preload(monkeypatch)
    monkeypatch.setenv("FAULT_PATH", part)
    monkeypatch.setenv("FAULT_ERRNO", str(number))
    monkeypatch.setenv("FAULT_WHILE", str(gate))
    return BadFiles(gate)


@dataclass(frozen=True, slots=True)
class WrongClock:
    """The wall clock of what is started from now on, apart from the machine's."""

    file: Path

    def move(self, seconds: int) -> None:
        """By so much it is wrong from now on."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.rename(self.file)


def wrong_clock(monkeypatch: pytest.MonkeyPatch, file: Path) -> WrongClock:
    preload(monkeypatch)
    clock = WrongClock(file)
    clock.move(0)
    monkeypatch.setenv("FAULT_CLOCK", str(file))
    return clock
