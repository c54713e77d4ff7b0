"""What this host offers now, from the machine's config.toml; read anew before every claim."""

from __future__ import annotations

import os
from pathlib import Path

from mobius_core.config import machine
from mobius_core.runs.gpus import allowed_gpus, list_gpus
from mobius_core.runs.slots import Capacity


def capacity_of(home: Path) -> Capacity:
    """CPU threads this process may run on, and GPUs that CUDA_VISIBLE_DEVICES allows, unless
    the machine file says fewer or others."""
    slots = machine.load(home).slots
    cpus = len(os.sched_getaffinity(0)) if slots.cpus == "auto" else int(slots.cpus)
    wanted = None if slots.gpus == "auto" else tuple(int(index) for index in slots.gpus)
    return Capacity(
        cpus=cpus,
        gpus=allowed_gpus(list_gpus(), wanted, os.environ),
        per_gpu=slots.per_gpu,
        used_mib=slots.free_mib,
    )
