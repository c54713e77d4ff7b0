"""Processes that take turns, so that what else the machine does slows them alike.

Each does a piece of work for a line that it reads, and says what it took (`bench.serving`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mobius_core.errors import WorkFailed

ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SAID: Final = 2000
"""Characters of a process's last words that an error repeats."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one piece of work took."""

    ns: int
    """CPU time of one thread; with a GPU wall time"""
    examples: int
    peak: int
    """bytes of memory, the most that the process has had"""

    @property
    def per_second(self) -> float:
        return self.examples / max(self.ns, 1) * 1e9


class Worker:
    """Such a process, seen from outside: a context that ends it."""

    def __init__(self, module: str, arguments: Sequence[str], log: Path) -> None:
        """WorkFailed where it ends before it is ready; `log` gets what it prints."""
        self.name = module
        self.log = log
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={**os.environ, **ONE_THREAD},
            )
        self.facts: Mapping[str, str] = self.answer()
        """what it said of itself when it was ready"""

    def turn(self, job: str) -> Turn:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{job}\n")
        self.process.stdin.flush()
        return Turn(**self.answer())

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.communicate()
            last = self.log.read_text(errors="replace")[-SAID:].strip().rpartition("\n")[2]
            raise WorkFailed(f"{self.name} ended with {self.process.returncode}: {last}")
        found: dict[str, Any] = json.loads(line)
        return found

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *raised: object) -> None:
        self.process.kill()
        self.process.communicate()
