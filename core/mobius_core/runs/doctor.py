"""What this machine offers and lacks: one check a line, each with what to do about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from mobius_core.processor import cpu_flags
from mobius_core.runs import surroundings
from mobius_core.runs.check import Check

FREE_DISK_WANTED = 2 << 30
"""bytes; a data set of 1e8 rows takes 0.9 GB and is written beside its replacement"""


def checks(home: Path) -> tuple[Check, ...]:
    """All checks, in the order a new user meets them. Imports nothing heavy."""
    return (
        python(),
        torch(),
        compiler(),
        sieve(),
        metrics(),
        gpus(),
        processors(),
        disk(home),
        surroundings.file_system(home),
        surroundings.clock(home),
        surroundings.terminal(),
        surroundings.tmux(),
        surroundings.locale(),
        surroundings.logout(),
        surroundings.cron(home),
        *surroundings.slurm(),
    )


def python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check(
        name="python",
        ok=sys.version_info >= (3, 11),
        value=f"{version} at {sys.executable}",
        advice="" if sys.version_info >= (3, 11) else "mobius needs Python 3.11 or newer",
    )


def torch() -> Check:
    """Found without importing it: that alone would take over a second."""
    found = importlib.util.find_spec("torch") is not None
    return Check(
        name="torch",
        ok=found,
        value=importlib.metadata.version("torch") if found else "not installed",
        advice="" if found else "training needs it: pip install 'mobius-tui[train]'",
    )


def compiler() -> Check:
    path = shutil.which(os.environ.get("CC", "cc"))
    return Check(
        name="compiler",
        ok=True,
        value=path or "none; needed only to build the sieve from source",
    )


def sieve() -> Check:
    try:
        from mobius_core import _sieve
    except ImportError as error:
        return Check(
            name="sieve", ok=False, value=str(error), advice="build it: pip install -e . (or make)"
        )
    return Check(name="sieve", ok=True, value=f"built, {Path(_sieve.__file__).name}")


def metrics() -> Check:
    """Compiled in wheels, pure in editable installs, where a stale .so would hide edits."""
    from mobius_core.metrics import table

    compiled = not str(table.__file__).endswith(".py")
    return Check(
        name="metrics",
        ok=True,
        value="compiled by mypyc" if compiled else "pure Python (an editable install)",
    )


def gpus() -> Check:
    if not Path("/proc/driver/nvidia/version").exists():
        return Check(name="gpus", ok=True, value="none seen")
    if importlib.util.find_spec("pynvml") is None:
        return Check(
            name="gpus",
            ok=False,
            value="a driver, but no pynvml",
            advice="pip install 'mobius-tui[gpu]'",
        )
    import pynvml

    try:
        pynvml.nvmlInit()
        count = pynvml.nvmlDeviceGetCount()
        driver = pynvml.nvmlSystemGetDriverVersion()
    except pynvml.NVMLError as error:
        return Check(name="gpus", ok=False, value=str(error), advice="see `nvidia-smi`")
    return Check(name="gpus", ok=count > 0, value=f"{count}, driver {driver}")


def processors() -> Check:
    usable = len(os.sched_getaffinity(0))
    flags = cpu_flags()
    fast = [name for name in ("avx512_bf16", "amx_bf16", "avx512ifma", "avx2") if name in flags]
    return Check(
        name="cpus", ok=True, value=f"{usable} usable; {' '.join(fast) or 'baseline instructions'}"
    )


def disk(home: Path) -> Check:
    """Free space where the lab is, or will be."""
    existing = next(folder for folder in (home, *home.parents) if os.path.exists(folder))
    free = shutil.disk_usage(existing).free
    writable = os.access(existing, os.W_OK)
    roomy = free >= FREE_DISK_WANTED
    advice = ""
    if not writable:
        advice = f"{existing} is read-only: choose another lab folder with --home or MOBIUS_HOME"
    elif not roomy:
        advice = "less than 2 GiB free: data builds and checkpoints may not fit"
    return Check(
        name="disk", ok=writable and roomy, value=f"{free / 2**30:.1f} GiB free", advice=advice
    )
