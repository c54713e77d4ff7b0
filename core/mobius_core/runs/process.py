"""Processes by identity, and signals that cannot reach the wrong one.

A pid alone is reused; (boot id, pid namespace, pid, start time) is not.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

DEAD_STATES: Final = "ZXx"
"""A zombie has ended: only its exit status is left."""


class Stat(NamedTuple):
    """The fields of /proc/PID/stat that identity and descent need."""

    state: str
    parent: int
    start: int
    """clock ticks since boot"""


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    start: int

    def is_alive(self) -> bool:
        stat = read_stat(self.pid)
        return stat is not None and stat.start == self.start and stat.state not in DEAD_STATES

    def send(self, signum: int) -> bool:
        """Signal this very process through a pidfd; False when it is gone."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return False
        try:
            # The descriptor holds whoever has the pid now; the start time says who that is.
            if not self.is_alive():
                return False
            signal.pidfd_send_signal(descriptor, signum)
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)
        return True


@dataclass(frozen=True, slots=True)
class Host:
    """Where pids mean something: this boot of this machine, this pid namespace."""

    name: str
    boot_id: str
    pid_namespace: str


def this_host() -> Host:
    with open("/proc/sys/kernel/random/boot_id") as file:
        boot_id = file.read().strip()
    return Host(os.uname().nodename, boot_id, os.readlink("/proc/self/ns/pid"))


def identify(pid: int) -> Process | None:
    """The process that has this pid now."""
    stat = read_stat(pid)
    return Process(pid, stat.start) if stat else None


def read_stat(pid: int) -> Stat | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            content = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The command's name stands in brackets and may itself contain brackets and spaces.
    fields = content[content.rindex(b")") + 2 :].split()
    return Stat(fields[0].decode(), int(fields[1]), int(fields[19]))


def every_pid() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdecimal())


def descendants(ancestor: int, without: Collection[int] = ()) -> list[Process]:
    """Living processes below `ancestor`, whatever session they moved to; not those in `without`
    nor below them."""
    stats = {pid: stat for pid in every_pid() if (stat := read_stat(pid))}
    below: set[int] = {ancestor}
    # Parents may have a larger pid than their children, so repeat until nothing is added.
    grown = True
    while grown:
        more = {pid for pid, stat in stats.items() if stat.parent in below and pid not in without}
        more -= below
        below |= more
        grown = bool(more)
    below.discard(ancestor)
    return [Process(pid, stats[pid].start) for pid in below if stats[pid].state not in DEAD_STATES]


def marked(variable: str, value: str) -> list[Process]:
    """Living processes that were started with this environment variable."""
    mark = f"{variable}={value}".encode()
    found = []
    for pid in every_pid():
        with suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
            if mark in file.read().split(b"\0") and (process := identify(pid)):
                found.append(process)
    return found
