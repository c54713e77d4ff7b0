"""What a process and those below it take now, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mobius_core.runs.process import Process

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Use:
    processes: int
    threads: int
    memory: int
    """bytes in memory; what processes share is counted for each"""
    cpu_seconds: float
    """since they began"""


def use_of(process: Process) -> Use | None:
    """None where it has ended."""
    if not process.is_alive():
        return None
    found = [one for pid in family(process.pid) if (one := fields_of(pid)) is not None]
    return Use(
        processes=len(found),
        threads=sum(int(fields[17]) for fields in found),
        memory=sum(int(fields[21]) * PAGE for fields in found),
        cpu_seconds=sum(int(fields[11]) + int(fields[12]) for fields in found) / TICKS,
    )


def family(pid: int) -> Iterator[int]:
    """The process and all below it, where the kernel lists children."""
    yield pid
    try:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from family(int(child))
    except OSError:
        return


def fields_of(pid: int) -> list[str] | None:
    """Of /proc/PID/stat from the state on, which is field 3 of proc(5)."""
    try:
        content = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return content[content.rindex(")") + 2 :].split()
