"""What data sets cost end to end: `python benchmarks/data.py [ROWS] [THREADS] [FOLDER]`.

Build, Int2Int export, import of it, and the command `mobius mu -`; CPU and wall seconds, and the
memory beyond that of the imports. FOLDER is on the disk that is measured (default: /tmp).
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from mobius_core import _sieve
from mobius_core.data.build import build
from mobius_core.data.build_file import build_file
from mobius_core.data.export import Request, export
from mobius_core.data.number_lines import value_lines
from mobius_core.data.open import open_data
from mobius_core.data.sample import Sample
from mobius_core.data.spec import DataSpec
from mobius_core.numbers.primes import first_primes

HASH = "0" * 16
MOST_TEXT = 1_000_000
"""Rows that are exported and imported: 1.1 GB a file."""
LINES = 4_000_000


def cpu() -> float:
    """Seconds of this process and of the children it has waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def peak() -> float:
    """Megabytes that were resident at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def measure(name: str, rows: int, work: Callable[[], object]) -> None:
    started, spent, before = time.monotonic(), cpu(), peak()
    work()
    wall, spent = time.monotonic() - started, cpu() - spent
    print(
        f"{name:24} {rows:>12,} rows  {spent:8.2f} CPU s  {spent / rows * 1e9:8.1f} ns a row"
        f"  {wall:8.2f} s  +{peak() - before:.0f} MB",
        flush=True,
    )


def exhaust(steps: Iterable[object]) -> None:
    for _ in steps:
        pass


def main() -> None:
    words = dict(enumerate(sys.argv))
    rows, threads = int(float(words.get(1, "1e6"))), int(words.get(2, "1"))
    with tempfile.TemporaryDirectory(dir=words.get(3, "/tmp")) as name:
        bench(Path(name), rows, threads)


def bench(folder: Path, rows: int, threads: int) -> None:
    print(f"kernel {_sieve.KERNEL}, {threads} threads")
    spec = DataSpec(n=(2, 10**13), rows=rows, test=rows // 10)
    measure("build", rows, lambda: exhaust(build(folder, "a", HASH, spec, threads=threads)))
    few = DataSpec(n=(2, 10**13), rows=min(rows, MOST_TEXT), test=1)
    exhaust(build(folder, "few", HASH, few, threads=threads))
    data = open_data(folder, "few", HASH)
    count = len(data.n)
    request = Request(format="int2int", moduli=first_primes(100), targets=("mu",), threads=threads)
    measure("export int2int, mu", count, lambda: exhaust(export(data, folder / "out", request)))
    text = DataSpec(file=str(folder / "out" / "mu_modp_and_p.txt.train"), format="int2int", test=1)
    measure(
        "import int2int",
        count - 1,
        lambda: exhaust(build_file(folder, "text", HASH, text, threads=threads, target="mu")),
    )
    answer(folder, LINES)


def answer(folder: Path, lines: int) -> None:
    """Numbers to 1e13 through the whole command, its start included."""
    n = Sample(lo=2, hi=10**13, seed=1).numbers(0, lines)
    path = folder / "numbers.txt"
    path.write_bytes(bytes(value_lines(n, np.zeros(lines, dtype=np.int8))).replace(b" 0\n", b"\n"))
    command = [sys.executable, "-m", "mobius_tui", "mu", "-"]

    def run() -> None:
        with open(path, "rb") as source:
            subprocess.run(command, stdin=source, stdout=subprocess.DEVNULL, check=True)

    measure("mobius mu -", lines, run)


if __name__ == "__main__":
    main()
