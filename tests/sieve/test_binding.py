"""The binding refuses what it would have to convert, and leaves other threads running."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from array import array
from typing import Any

import numpy as np
import pytest

from mobius_core import _sieve

# The binding's own checks are under test, so its callers here are untyped.
sieve: Any = _sieve


def numbers(*values: int) -> Any:
    return np.array(values, dtype=np.uint64)


def out(count: int) -> Any:
    return np.zeros(count, dtype=np.int8)


@pytest.mark.parametrize("dtype", [np.int64, np.float64, np.uint32, ">u8"])
def test_numbers_of_another_type(dtype: Any) -> None:
    with pytest.raises(TypeError, match="n must be a buffer of uint64, not of format"):
        sieve.mu(np.ones(3, dtype=dtype), out(3))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float64])
def test_output_of_another_type(dtype: Any) -> None:
    with pytest.raises(TypeError, match="out must be a buffer of int8, not of format"):
        sieve.mu(numbers(1, 2, 3), np.zeros(3, dtype=dtype))


@pytest.mark.parametrize("what", [None, 5, [1, 2], "text"])
def test_no_buffer_at_all(what: object) -> None:
    with pytest.raises(TypeError):
        sieve.mu(what, out(2))


def test_read_only_output() -> None:
    frozen = out(2)
    frozen.flags.writeable = False
    with pytest.raises((BufferError, ValueError)):
        sieve.mu(numbers(1, 2), frozen)
    with pytest.raises((BufferError, ValueError)):
        sieve.mu_range(1, 3, frozen)


def test_strided_buffers() -> None:
    with pytest.raises((BufferError, ValueError)):
        sieve.mu(numbers(1, 2, 3, 4)[::2], out(2))
    with pytest.raises((BufferError, ValueError)):
        sieve.mu(numbers(1, 2), out(4)[::2])


def test_lengths() -> None:
    with pytest.raises(ValueError, match="out has 3 elements, not 2"):
        sieve.mu(numbers(1, 2), out(3))
    with pytest.raises(ValueError, match="out has 3 elements, not 2"):
        sieve.mu_range(5, 7, out(3))
    with pytest.raises(ValueError, match="out has 5 elements, not 6"):
        sieve.residues(numbers(1, 2), array("H", [2, 3, 5]), np.zeros(5, dtype=np.uint16))


@pytest.mark.parametrize("bad", [0, 2**63, 2**64 - 1])
def test_numbers_out_of_range(bad: int) -> None:
    with pytest.raises(ValueError, match=r"every n must lie in 1..2\^63-1"):
        sieve.mu(numbers(5, bad, 7), out(3))


@pytest.mark.parametrize(("lo", "hi"), [(0, 2), (5, 3), (2**63, 2**63 + 2)])
def test_bad_intervals(lo: int, hi: int) -> None:
    with pytest.raises(ValueError, match=r"an interval \[lo, hi\) must have 1 <= lo <= hi <= 2"):
        sieve.mu_range(lo, hi, out(2))


@pytest.mark.parametrize("bad", [-1, 2**64])
def test_integers_never_wrap(bad: int) -> None:
    with pytest.raises(ValueError, match=r"an integer must lie in 0..2\^64-1"):
        sieve.mu_range(bad, 10, out(2))
    with pytest.raises(ValueError, match=r"an integer must lie in 0..2\^64-1"):
        sieve.permute(10, bad, 0, numbers(0))
    with pytest.raises(TypeError):
        sieve.mu_range(1.0, 10, out(9))


@pytest.mark.parametrize(("size", "first"), [(0, 0), (2**63 + 1, 0), (10, 9), (10, 2**64 - 1)])
def test_bad_indices(size: int, first: int) -> None:
    with pytest.raises(ValueError, match=r"indices must lie in \[0, size\)"):
        sieve.permute(size, 0, first, numbers(0, 0))


def test_bad_modulus() -> None:
    with pytest.raises(ValueError, match=r"every modulus must lie in 2..65535"):
        sieve.residues(numbers(1), array("H", [1]), np.zeros(1, dtype=np.uint16))


def test_other_buffers_will_do() -> None:
    values = array("b", [9, 9, 9])
    sieve.mu(array("Q", [30, 4, 7]), values)
    assert values.tolist() == [-1, 0, -1]
    sieve.mu(memoryview(array("L", [6])), memoryview(values)[1:2])
    assert values.tolist() == [-1, 1, -1]


def test_kernels() -> None:
    assert sieve.kernels()[0] == "portable"
    with pytest.raises(ValueError, match=r"there is no kernel 'best' here; .*kernels\(\) lists"):
        sieve.mu(numbers(1), out(1), kernel="best")
    with pytest.raises(TypeError):
        sieve.mu(numbers(1), out(1), "portable")


@pytest.mark.parametrize("kernel", _sieve.kernels())
def test_kernel_of_the_environment(kernel: str) -> None:
    """A name that is not there ends the import; each that is there computes."""
    code = "import array; from mobius_core import _sieve; m = array.array('b', [9]);"
    code += "_sieve.mu(array.array('Q', [30]), m); print(m[0])"
    environment = {**os.environ, "MOBIUS_KERNEL": kernel}
    run = [sys.executable, "-c", code]
    assert subprocess.check_output(run, env=environment, text=True) == "-1\n"
    environment["MOBIUS_KERNEL"] = kernel + "x"
    failed = subprocess.run(run, env=environment, text=True, capture_output=True, check=False)
    assert f"there is no kernel '{kernel}x' here" in failed.stderr


def test_nothing_asked() -> None:
    sieve.mu(numbers(), out(0))
    sieve.residues(numbers(), array("H", [2]), np.zeros(0, dtype=np.uint16))
    sieve.residues(numbers(1), array("H"), np.zeros(0, dtype=np.uint16))


def test_constants() -> None:
    assert (_sieve.MAX_N, _sieve.MAX_SIZE) == (2**63 - 1, 2**63)


def test_other_threads_run_meanwhile() -> None:
    n = np.full(20_000, 2**63 - 25, dtype=np.uint64)
    n[::2] = 3037000453 * 3037000493
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        sieve.mu(n, out(len(n)))
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    turns = 0
    while not ended.is_set():
        turns += 1
    thread.join()
    assert turns > 1000, "the GIL was held"
