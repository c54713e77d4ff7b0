"""What the processor can do, as the kernel lists it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CPU_INFO: Final = Path("/proc/cpuinfo")


def cpu_flags(path: Path = CPU_INFO) -> frozenset[str]:
    """Instruction sets of the first processor, as `avx2`; empty where the kernel lists none."""
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return frozenset()
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("flags", "Features"):  # x86, ARM
            return frozenset(value.split())
    return frozenset()
