"""Other programs that find mu or count primes, each where it is installed."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mobius_core import _sieve

PRIMESIEVE: Final = ("libprimesieve.so", *(f"libprimesieve.so.{n}" for n in range(16, 8, -1)))

PLAIN: Final = ctypes.CDLL(_sieve.__file__)
"""sieve_c/plain.c, which Python has no other call for."""

Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Rival:
    """mu of scattered n, one call a number, as its Python package offers it."""

    name: str
    version: str
    convert: Callable[[int], Any]
    mu: Callable[[Any], int]

    def over(self, n: Numbers) -> tuple[Callable[[], object], Callable[[], object]]:
        """mu of all n, and as many calls with n = 1, which cost the call alone."""
        mu = self.mu
        numbers = [self.convert(one) for one in n.tolist()]
        ones = [self.convert(1)] * len(numbers)
        return (lambda: [mu(one) for one in numbers]), (lambda: [mu(one) for one in ones])


def flint() -> Rival | None:
    """FLINT through python-flint."""
    try:
        module = import_module("flint")
        method = module.fmpz.moebius_mu
    except (ImportError, AttributeError):
        return None
    return Rival("flint", str(module.__FLINT_VERSION__), module.fmpz, method)


def pari() -> Rival | None:
    """PARI through cypari or cypari2."""
    for name in ("cypari", "cypari2"):
        try:
            module = import_module(name)
        except ImportError:
            continue
        engine = module.pari if name == "cypari" else module.Pari()
        version = ".".join(str(part) for part in engine.version())
        return Rival("pari", version, engine, lambda one: one.moebius())
    return None


def flint_vector() -> VectorOf | None:
    """FLINT's mu of 0 … count - 1, from the library that python-flint brings."""
    if flint() is None:
        return None
    maps = Path("/proc/self/maps").read_text().split()
    libraries = sorted({word for word in maps if Path(word).name.startswith("libflint")})
    for path in libraries:
        function = getattr(ctypes.CDLL(path), "n_moebius_mu_vec", None)
        if function is not None:
            return VectorOf(function)
    return None


@dataclass(frozen=True, slots=True)
class VectorOf:
    """A C function (int *mu, ulong count)."""

    function: Any

    def __call__(self, count: int) -> NDArray[np.int32]:
        mu = np.zeros(count, dtype=np.int32)
        self.function(ctypes.c_void_p(mu.ctypes.data), ctypes.c_ulong(count))
        return mu


def primesieve() -> Callable[[int, int], int] | None:
    """How many primes there are in [lo, hi], on one thread."""
    for name in PRIMESIEVE:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.primesieve_set_num_threads(1)
        count = library.primesieve_count_primes
        count.restype = ctypes.c_uint64
        count.argtypes = (ctypes.c_uint64, ctypes.c_uint64)
        found: Callable[[int, int], int] = count
        return found
    return None


def primesieve_version() -> str:
    for name in PRIMESIEVE:
        try:
            version = ctypes.CDLL(name).primesieve_version
        except OSError:
            continue
        version.restype = ctypes.c_char_p
        found: bytes = version()
        return found.decode()
    return ""


def plain_mu(n: Numbers) -> NDArray[np.int8]:
    """Wheel trial division in C: what the program of arXiv 2502.10335 does."""
    out = np.empty(len(n), dtype=np.int8)
    PLAIN.mobius_plain_mu(address(n), ctypes.c_size_t(len(n)), address(out))
    return out


def plain_residues(n: Numbers, moduli: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """A division for each remainder, in C."""
    out = np.empty((len(n), len(moduli)), dtype=np.uint16)
    counts = ctypes.c_size_t(len(n)), ctypes.c_size_t(len(moduli))
    PLAIN.mobius_plain_residues(address(n), counts[0], address(moduli), counts[1], address(out))
    return out


def address(array: NDArray[np.generic]) -> ctypes.c_void_p:
    """Of an array that must outlive the call."""
    return ctypes.c_void_p(array.ctypes.data)


def plain_lines(n: Numbers, moduli: Sequence[int]) -> list[tuple[str, str]]:
    """Lines of both files (mu, and its square) as that program's generator makes them: in Python,
    a row at a time, mu and residues found once for each file."""
    return [(plain_line(one, moduli, 1), plain_line(one, moduli, 2)) for one in n.tolist()]


def plain_line(n: int, moduli: Sequence[int], power: int) -> str:
    """One Int2Int line of mu(n) ** power."""
    tokens = [f"V{2 * len(moduli)}"]
    for m in moduli:
        tokens += (base_1000(n % m), base_1000(m))
    mu = ctypes.c_int8()
    PLAIN.mobius_plain_mu(ctypes.byref(ctypes.c_uint64(n)), ctypes.c_size_t(1), ctypes.byref(mu))
    return " ".join(tokens) + f"\t{mu.value**power}\n"


def base_1000(value: int) -> str:
    """Sign and digits, most significant first, not padded."""
    digits: list[str] = []
    while True:
        value, digit = divmod(value, 1000)
        digits.append(str(digit))
        if value == 0:
            return " ".join(["+", *reversed(digits)])
