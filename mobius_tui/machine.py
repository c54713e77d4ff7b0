"""What this machine is doing, from /proc and the file system: no library, no privileges."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of something finite."""

    used: int
    total: int

    @property
    def share(self) -> float:
        return self.used / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """Clock ticks since boot, all processors together."""

    busy: int
    all: int


@dataclass(frozen=True, slots=True)
class MachineView:
    """One look at the machine."""

    host: str
    cpus: int
    """that this process may run on"""
    load: tuple[float, float, float]
    """runnable processes, mean of 1, 5 and 15 minutes"""
    memory: Usage
    disk: Usage | None
    """of the file system that holds the lab"""
    times: CpuTimes


def look(home: Path | None) -> MachineView:
    return MachineView(
        host=os.uname().nodename,
        cpus=len(os.sched_getaffinity(0)),
        load=os.getloadavg(),
        memory=memory((PROC / "meminfo").read_text()),
        disk=None if home is None else disk(home),
        times=cpu_times((PROC / "stat").read_text()),
    )


def memory(meminfo: str) -> Usage:
    """From /proc/meminfo. What the kernel would give back (MemAvailable) is not in use."""
    kib = {
        name: int(rest.split()[0])
        for name, _, rest in (row.partition(":") for row in meminfo.splitlines())
        if rest
    }
    total = kib["MemTotal"]
    return Usage((total - kib.get("MemAvailable", kib["MemFree"])) * 1024, total * 1024)


def cpu_times(stat: str) -> CpuTimes:
    """From the first line of /proc/stat: user nice system idle iowait irq softirq steal …"""
    ticks = [int(word) for word in stat.split("\n", 1)[0].split()[1:9]]
    return CpuTimes(busy=sum(ticks) - ticks[3] - ticks[4], all=sum(ticks))


def busy_share(before: CpuTimes, after: CpuTimes) -> float | None:
    """Share of all processors in use between two looks, 0 to 1; None without time between."""
    passed = after.all - before.all
    return (after.busy - before.busy) / passed if passed > 0 else None


def disk(path: Path) -> Usage | None:
    """Of the nearest folder that exists."""
    for folder in (path, *path.parents):
        if folder.is_dir():
            found = os.statvfs(folder)
            total = found.f_blocks * found.f_frsize
            return Usage(total - found.f_bavail * found.f_frsize, total)
    return None


def gib(count: int) -> str:
    return f"{count / 2**30:.1f} GiB"
