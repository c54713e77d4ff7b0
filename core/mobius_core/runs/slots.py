"""Slots of this host: CPU threads and GPUs, each a file whose lock is the lease.

The kernel gives a lock back when its runner dies, so no slot can leak; the file also names the
child, because a child may outlive its runner by a moment and still fill the device.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mobius_core.config.trial import Json, Trial
from mobius_core.runs.files import failing, try_lock
from mobius_core.runs.gpus import Gpu, used_mib
from mobius_core.runs.process import Process

OURS = frozenset({"arithmetic", "modular", "eval"})
"""Kinds whose `device = "auto"` takes a GPU where the machine has one."""

DISTRIBUTED = frozenset({"arithmetic"})
"""Kinds that one training may spread over several processes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """What this host offers: slots are counted, not sized."""

    cpus: int
    gpus: tuple[Gpu, ...] = ()
    per_gpu: int = 1
    used_mib: int = 500
    """a GPU on which others use more than this is left alone"""


@dataclass(frozen=True, slots=True)
class Need:
    threads: int
    gpus: int

    @property
    def pool(self) -> str:
        """Runs of one pool start in queue order; a GPU run also needs a thread, but waits for
        none: its CPU time is small and the GPU dear."""
        return "gpu" if self.gpus else "cpu"


def need_of(trial: Trial, capacity: Capacity) -> Need:
    """What a trial takes from this host."""
    resources: Mapping[str, Json] = trial.resources
    threads = int(cast("int", resources.get("threads", 1))) * processes_of(trial)
    gpus = int(cast("int", resources.get("gpus", 0)))
    device = resources.get("device", "auto")
    if device == "cuda" or (device == "auto" and trial.kind in OURS and capacity.gpus):
        gpus = max(gpus, 1)
    return Need(threads, gpus)


def processes_of(trial: Trial) -> int:
    """How many processes train it together: as many as it has GPUs, unless it says."""
    if trial.kind not in DISTRIBUTED:
        return 1
    wanted = int(cast("int", trial.resources.get("processes") or 0))
    return wanted or max(1, int(cast("int", trial.resources.get("gpus", 0))))


def impossible(need: Need, capacity: Capacity) -> str:
    """Why no moment will ever meet the need, naming the key; empty when one can."""
    if need.gpus > len(capacity.gpus):
        return (
            f"resources.gpus = {need.gpus}, but this machine offers {len(capacity.gpus)} GPU slots"
        )
    if not need.gpus and need.threads > capacity.cpus:
        return (
            f"resources.threads = {need.threads} in all its processes, but this machine offers "
            f"{capacity.cpus} CPU slots"
        )
    return ""


class Lease:
    """Slots held by one runner until `release` or its death."""

    def __init__(self, devices: tuple[str, ...], visible_gpus: str, descriptors: list[int]) -> None:
        self.devices = devices
        """`cpu 0`, `gpu 3`"""
        self.visible_gpus = visible_gpus
        """CUDA_VISIBLE_DEVICES of the child"""
        self._descriptors = descriptors

    def name_child(self, child: Process, boot_id: str) -> None:
        """Say whom to ask whether the device is free, should this runner be killed."""
        with suppress(OSError):  # on a full disk the slot is merely free a moment too early
            for descriptor in self._descriptors:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{boot_id} {child.pid} {child.start}\n".encode(), 0)

    def release(self) -> None:
        while self._descriptors:
            os.close(self._descriptors.pop())


def take(
    folder: Path,
    capacity: Capacity,
    need: Need,
    boot_id: str,
    used: Callable[[Gpu], int | None] = used_mib,
) -> Lease | None:
    """All slots of a need at once, or none of them."""
    if need.gpus:
        return _take_gpus(folder, capacity, need.gpus, boot_id, used)
    held: dict[int, int] = {}
    with _given_back(held):
        for index in range(capacity.cpus):
            if len(held) == need.threads:
                break
            descriptor = _try(folder / f"cpu-{index}", boot_id)
            if descriptor is not None:
                held[index] = descriptor
    lease = Lease((f"cpu {_spans(list(held))}",), "", list(held.values()))
    if len(held) < need.threads:
        lease.release()
        return None
    return lease


def _take_gpus(
    folder: Path,
    capacity: Capacity,
    count: int,
    boot_id: str,
    used: Callable[[Gpu], int | None],
) -> Lease | None:
    held: dict[Gpu, int] = {}
    with _given_back(held):
        # Layer by layer, so that a second run shares a GPU only when every GPU has a first one.
        for layer in range(capacity.per_gpu):
            for gpu in capacity.gpus:
                if len(held) == count or gpu in held:
                    continue
                descriptor = _try(folder / f"gpu-{gpu.uuid}-{layer}", boot_id)
                if descriptor is None:
                    continue
                # Beside a run of our own the memory in use says nothing about others.
                if layer == 0 and (used(gpu) or 0) > capacity.used_mib:
                    os.close(descriptor)
                    continue
                held[gpu] = descriptor
    chosen = sorted(held, key=lambda gpu: gpu.index)
    lease = Lease(
        tuple(f"gpu {gpu.index}" for gpu in chosen),
        ",".join(gpu.uuid for gpu in chosen),
        list(held.values()),
    )
    if len(held) < count:
        lease.release()
        return None
    return lease


@contextmanager
def _given_back(held: Mapping[int, int] | Mapping[Gpu, int]) -> Iterator[None]:
    """Give back what is held so far when the disk refuses the rest."""
    try:
        yield
    except BaseException:
        for descriptor in held.values():
            os.close(descriptor)
        raise


def _try(path: Path, boot_id: str) -> int | None:
    """The locked file of a slot, or None when the slot is taken."""
    with failing("lease", path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        if try_lock(descriptor) and not _is_haunted(descriptor, boot_id):
            return descriptor
        os.close(descriptor)
        return None


def _is_haunted(descriptor: int, boot_id: str) -> bool:
    """The last holder's child lives on without its runner."""
    fields = os.pread(descriptor, 200, 0).decode().split()
    if len(fields) != 3 or fields[0] != boot_id:
        return False
    return Process(int(fields[1]), int(fields[2])).is_alive()


def _spans(indices: list[int]) -> str:
    """[0, 1, 2, 5] -> "0-2,5"."""
    spans: list[list[int]] = []
    for index in indices:
        if spans and index == spans[-1][1] + 1:
            spans[-1][1] = index
        else:
            spans.append([index, index])
    return ",".join(f"{a}-{b}" if a != b else str(a) for a, b in spans)
