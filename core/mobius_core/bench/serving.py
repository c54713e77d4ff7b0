"""The far side of `bench.turns`: a process that works when it is asked to, and times it."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from typing import TextIO

import torch


def serve(
    jobs: Mapping[str, Callable[[], int]],
    replies: TextIO,
    *,
    on_gpu: bool,
    facts: Mapping[str, str] | None = None,
) -> None:
    """First the facts; then for each line of stdin the job of that name, which gives a number of
    examples."""
    print(json.dumps(facts or {}), file=replies, flush=True)
    clock = gpu_clock if on_gpu else time.process_time_ns
    for line in sys.stdin:
        begun = clock()
        examples = jobs[line.strip()]()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        answer = {"ns": clock() - begun, "examples": examples, "peak": peak}
        print(json.dumps(answer), file=replies, flush=True)


def gpu_clock() -> int:
    """Wall time once the GPU has done what it was asked: there, CPU time says nothing."""
    torch.cuda.synchronize()
    return time.perf_counter_ns()


def own_stdout() -> TextIO:
    """Where replies go; whatever else is printed goes to stderr."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return replies
