"""The C sieve. Arrays are C-contiguous, of the exact element type, and filled in place (any object
with such a buffer will do).

Raises TypeError for another element type, BufferError for a read-only or strided buffer,
ValueError for numbers out of range or lengths that do not fit. The GIL is released.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_N: Final[int]
"""2**63 - 1, the largest n of `mu`."""
MAX_SIZE: Final[int]
"""2**63, the largest domain of `permute`."""

KERNEL: Final[str]
"""The kernel of calls that name none: MOBIUS_KERNEL at the import, else the best."""

def kernels() -> tuple[str, ...]:
    """Which of "portable", "avx2" and "ifma" this machine runs, the simplest first.

    Calls that name no kernel use the last of them, or that of the environment's MOBIUS_KERNEL. A
    kernel bounds the instruction set: a job without code of its own for it runs the next simpler
    one. Every kernel gives the same results. ValueError for one that is not here.
    """

def mu(n: NDArray[np.uint64], out: NDArray[np.int8], /, *, kernel: str | None = None) -> None:
    """out[i] = mu(n[i]); n uint64 in 1..MAX_N, out int8 of the same length.

    Meant for batches of thousands: each call first lists the primes up to the cube root of the
    largest n (40 us at 1e13, 3 ms at 2**63).
    """

def mu_range(lo: int, hi: int, out: NDArray[np.int8], /, *, kernel: str | None = None) -> None:
    """out[i] = mu(lo + i) for lo <= lo + i < hi; 1 <= lo <= hi <= 2**63, out int8.

    A call lists and places the primes up to sqrt(hi), 12 ms at 1e13, unless few are asked: those
    are found one by one.
    """

def omega(n: NDArray[np.uint64], distinct: NDArray[np.uint8], total: NDArray[np.uint8], /) -> None:
    """distinct[i] = how many primes divide n[i], total[i] = the same with multiplicity; n uint64 in
    1..MAX_N, the others uint8 of the same length. In batches as `mu`."""

def permute(size: int, key: int, first: int, out: NDArray[np.uint64], /) -> None:
    """out[i] = image of first + i under the permutation of range(size) chosen by key; uint64.

    1 <= size <= MAX_SIZE, 0 <= key < 2**64, first + len(out) <= size.
    """

def residues(
    n: NDArray[np.uint64],
    moduli: NDArray[np.uint16],
    out: NDArray[np.uint16],
    /,
    *,
    kernel: str | None = None,
) -> None:
    """out[i, j] = n[i] mod moduli[j]; n uint64, moduli uint16 >= 2, out uint16."""

def int2int_width(moduli: int, /) -> int:
    """Bytes of `out` that a line of so many moduli may need."""

def write_int2int(
    residues: NDArray[np.uint16],
    moduli: NDArray[np.uint16],
    labels: NDArray[np.int8],
    out: NDArray[np.uint8],
    /,
) -> int:
    """Int2Int text of residues (rows, moduli) and labels (rows,): a line a row, in out.

    The bytes written; out has int2int_width(moduli) bytes a row at least. ValueError for a residue
    that is not below its modulus.
    """

def read_int2int(
    text: bytes | NDArray[np.uint8],
    moduli: NDArray[np.uint16],
    residues: NDArray[np.uint16],
    labels: NDArray[np.int8],
    /,
) -> tuple[int, int]:
    """The rows of Int2Int text; (rows, bytes) read before the first line that is none, the last
    line feed, or the end of the buffers."""

def read_numbers(text: bytes | memoryview, n: NDArray[np.uint64], /) -> tuple[int, int]:
    """Lines of plain digits as numbers; (numbers, bytes) read before the first line that is no
    number in 1..MAX_N, the last line feed, or the end of n. Empty lines are passed over."""

def write_values(n: NDArray[np.uint64], mu: NDArray[np.int8], out: NDArray[np.uint8], /) -> int:
    """ "n mu" lines in out, which has 24 bytes a line at least; the bytes written."""
