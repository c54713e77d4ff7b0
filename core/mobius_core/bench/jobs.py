"""The jobs of the sieve, each beside other programs that do the same, with the same results."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mobius_core import _sieve
from mobius_core.bench import rivals
from mobius_core.bench.rivals import Numbers
from mobius_core.bench.timing import Timed, alternate
from mobius_core.data.build import build
from mobius_core.data.int2int import PIECE, Encoder
from mobius_core.data.residues import residues
from mobius_core.data.sample import Sample, mobius
from mobius_core.data.spec import DataSpec
from mobius_core.errors import WorkFailed
from mobius_core.numbers.primes import first_primes

SEED: Final = 1
INTERVAL: Final = (2, 10**13)
"""of the rows in arXiv 2502.10335"""
SCATTERED: Final[dict[str, tuple[int, int]]] = {
    "1e13": (10**13, 1 << 17),
    "1e15": (10**15, 1 << 16),
    "1e18": (10**18, 1 << 14),
    "2^63": (2**63 - 1, 1 << 13),
}
"""Largest n, and how many at a time."""
RANGES: Final = {"1": 1, "1e9": 10**9, "1e12": 10**12, "1e13": 10**13}
WIDTH: Final = 10**8
"""Values of a range, as many as the published figures have."""
ROWS: Final = 10**6
"""Rows of a build."""
COMPARED: Final = 300
"""Values on which two programs must agree before their times are compared."""


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    kernel: str
    """upper bound on the instructions used: portable, avx2 or ifma"""
    ns: float
    """CPU nanoseconds a value, one thread"""
    ratio: dict[str, float] = field(default_factory=dict)
    """their time over ours, by program, of the same run"""


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    measure: Callable[[str], tuple[Timed, dict[str, Timed]]]
    """kernel -> our way and the others'"""
    whole: bool = False
    """more than one function of the sieve, all by the kernel that MOBIUS_KERNEL says"""


def jobs() -> list[Job]:
    return [
        *(Job(f"random {name}", scattered(*size)) for name, size in SCATTERED.items()),
        *(Job(f"range at {name}", contiguous(lo)) for name, lo in RANGES.items()),
        Job("residues 100 primes", remainders),
        Job("permutation 1e13", permutation),
        Job("rows (n, mu) in memory", rows, whole=True),
        Job("build 1e6 rows (n, mu)", whole_build, whole=True),
        Job("int2int text in memory", text, whole=True),
        Job("int2int text to a file", text_file, whole=True),
    ]


def run(kernel: str | None, wanted: str, repeats: int | None = None) -> Iterator[Result]:
    """Results of the jobs whose names contain `wanted`, for one kernel or for all there are."""
    for job in jobs():
        kernels = (_sieve.KERNEL,) if job.whole else _sieve.kernels()
        for one in kernels if kernel is None else [kernel]:
            name = f"{job.name} {one}"
            if wanted not in name:
                continue
            ours, others = job.measure(one)
            ns = alternate({"": ours, **others}, repeats)
            mine = ns.pop("")
            yield Result(name, one, mine, {other: theirs / mine for other, theirs in ns.items()})


def numbers(count: int, largest: int = INTERVAL[1]) -> Numbers:
    """Uniform n, the same in every run."""
    return np.random.default_rng(SEED).integers(2, largest, count, dtype=np.uint64, endpoint=True)


def agree(name: str, ours: NDArray[np.generic], theirs: object) -> None:
    if not np.array_equal(ours, np.asarray(theirs)):
        raise WorkFailed(f"the sieve and {name} disagree; please report this with `mobius doctor`")


def scattered(largest: int, count: int) -> Callable[[str], tuple[Timed, dict[str, Timed]]]:
    def measure(kernel: str) -> tuple[Timed, dict[str, Timed]]:
        n = numbers(count, largest)
        out = np.empty(count, dtype=np.int8)
        few = n[:COMPARED]
        others = {}
        for rival in (rivals.flint(), rivals.pari()):
            if rival is not None:
                theirs = [int(rival.mu(rival.convert(k))) for k in few.tolist()]
                agree(rival.name, mobius(few), theirs)
                work, overhead = rival.over(n[:2000])
                others[rival.name] = Timed(work, 2000, overhead)
        if largest <= INTERVAL[1]:
            agree("trial division", mobius(few), rivals.plain_mu(few))
            others["wheel trial division"] = Timed(lambda: rivals.plain_mu(n[:100]), 100)
        return Timed(lambda: _sieve.mu(n, out, kernel=kernel), count), others

    return measure


def contiguous(lo: int) -> Callable[[str], tuple[Timed, dict[str, Timed]]]:
    def measure(kernel: str) -> tuple[Timed, dict[str, Timed]]:
        out = np.zeros(WIDTH, dtype=np.int8)
        others = {}
        count = rivals.primesieve()
        if count is not None:
            found = count
            others["primesieve"] = Timed(lambda: found(lo, lo + WIDTH - 1), WIDTH)
        vector = rivals.flint_vector() if lo == 1 else None
        if vector is not None:
            every = vector
            _sieve.mu_range(1, COMPARED + 1, out[:COMPARED])
            agree("FLINT's vector", out[:COMPARED], every(COMPARED + 1)[1:])
            others["flint vector"] = Timed(lambda: every(WIDTH), WIDTH, repeats=2)
        return Timed(lambda: _sieve.mu_range(lo, lo + WIDTH, out, kernel=kernel), WIDTH), others

    return measure


def remainders(kernel: str) -> tuple[Timed, dict[str, Timed]]:
    n, moduli = numbers(1 << 14), np.array(first_primes(100), dtype=np.uint16)
    out = np.empty((len(n), len(moduli)), dtype=np.uint16)
    _sieve.residues(n, moduli, out, kernel=kernel)
    agree("division", out, rivals.plain_residues(n, moduli))
    few = n[:2000]
    return Timed(lambda: _sieve.residues(n, moduli, out, kernel=kernel), len(n)), {
        "% loop": Timed(lambda: rivals.plain_residues(few, moduli), len(few))
    }


def permutation(kernel: str) -> tuple[Timed, dict[str, Timed]]:
    out = np.empty(1 << 17, dtype=np.uint64)
    return Timed(lambda: _sieve.permute(INTERVAL[1], SEED, 0, out), len(out)), {}


def original(files: int) -> dict[str, Timed]:
    """The generator of arXiv 2502.10335: Python text of mu and of its square, both files together
    against a row, half of that against a line of one file."""
    n, moduli = numbers(20), first_primes(100)
    return {"original": Timed(lambda: rivals.plain_lines(n, moduli), len(n) * 2 // files)}


def rows(kernel: str) -> tuple[Timed, dict[str, Timed]]:
    sample = Sample(lo=INTERVAL[0], hi=INTERVAL[1], seed=SEED)
    return Timed(lambda: sample.rows(0, 1 << 17), 1 << 17), original(2)


def whole_build(kernel: str) -> tuple[Timed, dict[str, Timed]]:
    spec = DataSpec(n=INTERVAL, rows=ROWS, test=ROWS // 10, seed=SEED)

    def make() -> None:
        with tempfile.TemporaryDirectory() as folder:
            for _ in build(Path(folder), "bench", "0" * 16, spec):
                pass

    return Timed(make, ROWS), original(2)


def text(kernel: str) -> tuple[Timed, dict[str, Timed]]:
    """Residues and the lines of one file."""
    primes = first_primes(100)
    n = numbers(PIECE)
    mu, encoder = mobius(n), Encoder(primes)
    line = rivals.plain_line(int(n[0]), primes, 1).encode()
    agree("Python", np.array([bytes(encoder.lines(residues(n[:1], primes), mu[:1]))]), [line])

    def make() -> None:
        encoder.give_back(encoder.lines(residues(n, primes), mu))

    return Timed(make, PIECE), original(1)


def text_file(kernel: str) -> tuple[Timed, dict[str, Timed]]:
    """The same for 1e5 rows, on the disk of the temporary folder."""
    from mobius_core.data.export import Request, Split
    from mobius_core.data.export_int2int import write
    from mobius_core.data.sample import Rows

    n = numbers(10**5)
    split = Split("train", Rows(n, mobius(n)))
    request = Request(format="int2int", moduli=first_primes(100), targets=("mu",))

    def make() -> None:
        with tempfile.TemporaryDirectory() as folder:
            for _ in write(split, Path(folder), request):
                pass

    return Timed(make, len(n)), original(1)


def absent(kernel: str | None) -> Sequence[str]:
    """What is not measured here, a sentence each."""
    there = {
        "python-flint": (rivals.flint() is not None, "pip install python-flint"),
        "PARI": (rivals.pari() is not None, "pip install cypari"),
        "primesieve": (rivals.primesieve() is not None, "apt-get install libprimesieve-dev"),
    }
    missing = [f"{name} is not installed: {how}" for name, (here, how) in there.items() if not here]
    lacking = [one for one in ("avx2", "ifma") if one not in _sieve.kernels() and kernel is None]
    return [*missing, *(f"this machine has no {one}: its kernel is left out" for one in lacking)]


def versions() -> dict[str, str]:
    """Of the programs measured beside us."""
    found = {one.name: one.version for one in (rivals.flint(), rivals.pari()) if one is not None}
    version = rivals.primesieve_version()
    return {**found, "primesieve": version} if version else found
