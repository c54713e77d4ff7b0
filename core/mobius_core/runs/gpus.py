"""The NVIDIA GPUs of this host, asked of the driver without starting CUDA."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DRIVER_FOLDER = Path("/proc/driver/nvidia/gpus")


@dataclass(frozen=True, slots=True)
class Gpu:
    index: int
    """in PCI bus order, as nvidia-smi counts"""
    uuid: str


def list_gpus(driver: Path = DRIVER_FOLDER) -> tuple[Gpu, ...]:
    """Every GPU of the host; empty without a driver, at the price of one stat."""
    if not driver.is_dir():
        return ()
    # Folder names are PCI addresses, so their order is the order of nvidia-smi.
    gpus = []
    for index, folder in enumerate(sorted(driver.iterdir())):
        found = re.search(r"GPU UUID:\s*(\S+)", (folder / "information").read_text())
        # Before the driver has woken a GPU up it answers GPU-????????: its index must do.
        known = found is not None and "?" not in found[1]
        gpus.append(Gpu(index, found[1] if found and known else str(index)))
    return tuple(gpus)


def allowed_gpus(
    gpus: tuple[Gpu, ...], wanted: tuple[int, ...] | None, environment: Mapping[str, str]
) -> tuple[Gpu, ...]:
    """Those of the machine file (None: all) that CUDA_VISIBLE_DEVICES leaves visible."""
    if wanted is not None:
        gpus = tuple(gpu for gpu in gpus if gpu.index in wanted)
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return gpus
    names = [name.strip() for name in visible.split(",") if name.strip()]
    return tuple(
        gpu
        for gpu in gpus
        if any(name == str(gpu.index) or gpu.uuid.startswith(name) for name in names)
    )


def used_mib(gpu: Gpu) -> int | None:
    """Memory in use on the GPU in MiB, by anybody; None where NVML cannot be asked."""
    try:
        import pynvml
    except ImportError:
        return None
    with suppress(pynvml.NVMLError):
        pynvml.nvmlInit()
        try:
            if gpu.uuid.startswith("GPU-"):
                handle = pynvml.nvmlDeviceGetHandleByUUID(os.fsencode(gpu.uuid))
            else:
                handle = pynvml.nvmlDeviceGetHandleByIndex(gpu.index)
            return int(pynvml.nvmlDeviceGetMemoryInfo(handle).used) >> 20
        finally:
            pynvml.nvmlShutdown()
    return None
