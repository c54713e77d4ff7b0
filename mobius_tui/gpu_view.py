"""What the GPUs of this machine are doing, from the driver; nothing where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from mobius_core.runs.gpus import list_gpus
from mobius_tui.machine import Usage


@dataclass(frozen=True, slots=True)
class GpuView:
    index: int
    """in PCI bus order, as nvidia-smi and the slots of runs count"""
    name: str = ""
    busy: float | None = None
    """share of the last moments in which a kernel ran"""
    memory: Usage | None = None
    celsius: int | None = None
    trouble: str = ""
    """why the driver said nothing"""


NO_LIBRARY = "pip install 'mobius-tui[gpu]' shows what it is doing"


def look_at_gpus() -> tuple[GpuView, ...]:
    """Empty without a driver, at the price of one stat; it never starts CUDA."""
    gpus = list_gpus()
    if not gpus:
        return ()
    try:
        import pynvml
    except ImportError:
        return tuple(GpuView(gpu.index, trouble=NO_LIBRARY) for gpu in gpus)
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return tuple(GpuView(gpu.index, trouble=str(error)) for gpu in gpus)
    try:
        return tuple(look_at(gpu.index, gpu.uuid) for gpu in gpus)
    finally:
        pynvml.nvmlShutdown()


def look_at(index: int, uuid: str) -> GpuView:
    """One GPU, while NVML is initialised."""
    import pynvml

    try:
        if uuid.startswith("GPU-"):
            handle = pynvml.nvmlDeviceGetHandleByUUID(uuid.encode())
        else:
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        name = pynvml.nvmlDeviceGetName(handle)
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        view = GpuView(
            index,
            name.decode() if isinstance(name, bytes) else str(name),
            memory=Usage(int(memory.used), int(memory.total)),
        )
        busy = pynvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
        celsius = pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU)
    except pynvml.NVMLError as error:
        return GpuView(index, trouble=str(error))
    return GpuView(view.index, view.name, busy, view.memory, int(celsius))
