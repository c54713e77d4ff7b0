"""A process that does a piece of work for each line that it reads, and says what it took.

Several such processes take turns, so that what else the machine does slows them alike.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from mobius_core.errors import WorkFailed

ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SAID: Final = 2000
"""Characters of a process's last words that an error repeats."""


def serve(jobs: Mapping[str, Callable[[], int]], replies: TextIO, *, on_gpu: bool) -> None:
    """For each line of stdin the job of that name, which gives a number of examples."""
    print(json.dumps({"ready": True}), file=replies, flush=True)
    clock = gpu_clock if on_gpu else time.process_time_ns
    for line in sys.stdin:
        begun = clock()
        examples = jobs[line.strip()]()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        answer = {"ns": clock() - begun, "examples": examples, "peak": peak}
        print(json.dumps(answer), file=replies, flush=True)


def gpu_clock() -> int:
    """Wall time once the GPU has done what it was asked: there, CPU time says nothing."""
    import torch

    torch.cuda.synchronize()
    return time.perf_counter_ns()


def own_stdout() -> TextIO:
    """Where replies go; whatever else is printed goes to stderr."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return replies


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
        self.answer()

    def turn(self, job: str) -> Turn:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{job}\n")
        self.process.stdin.flush()
        return Turn(**self.answer())

    def answer(self) -> dict[str, int]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.communicate()
            last = self.log.read_text(errors="replace")[-SAID:].strip().rpartition("\n")[2]
            raise WorkFailed(f"{self.name} ended with {self.process.returncode}: {last}")
        found: dict[str, int] = json.loads(line)
        return found

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *raised: object) -> None:
        self.process.kill()
        self.process.communicate()
