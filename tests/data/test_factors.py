"""liouville and omega beside n: against FLINT, resumed, verified, and as the runs that add them."""

from __future__ import annotations

from pathlib import Path

import flint
import numpy as np
import pytest

from mobius_core import _sieve
from mobius_core.data.build import build
from mobius_core.data.columns import OF_NUMBERS, factored
from mobius_core.data.factors import add_factors, checksums_of
from mobius_core.data.open import DataSet, open_data
from mobius_core.data.spec import DataSpec
from mobius_core.data.verify import verify
from mobius_core.errors import NotFound, Refused

HASH = "f" * 16


def made(folder: Path, hi: int = 10**13, rows: int = 3000) -> DataSet:
    spec = DataSpec(n=(2, hi), rows=rows, test=100, seed=3)
    for _ in build(folder, "d", HASH, spec):
        pass
    return open_data(folder, "d", HASH)


def by_flint(n: int) -> tuple[int, int]:
    """lambda and omega, by a factorisation that is not ours."""
    factors = flint.fmpz(n).factor()
    return (-1) ** sum(int(power) for _, power in factors), len(factors)


@pytest.mark.parametrize("bits", [8, 20, 40, 53, 63])
def test_against_flint(bits: int) -> None:
    n = np.random.default_rng(bits).integers(1, 2**bits - 1, 400, dtype=np.uint64, endpoint=True)
    liouville, omega = factored(n)
    assert list(zip(liouville.tolist(), omega.tolist(), strict=True)) == [
        by_flint(int(k)) for k in n
    ]
    assert OF_NUMBERS["liouville"](n).tolist() == liouville.tolist()
    assert OF_NUMBERS["omega"](n).tolist() == omega.tolist()


def test_numbers_out_of_range_and_other_lengths_are_refused() -> None:
    short, right = np.empty(1, dtype=np.uint8), np.empty(2, dtype=np.uint8)
    with pytest.raises(ValueError, match=r"1\.\.2\^63-1"):
        _sieve.omega(np.array([5, 0], dtype=np.uint64), right, right.copy())
    with pytest.raises(ValueError, match="elements"):
        _sieve.omega(np.array([5, 6], dtype=np.uint64), right, short)
    with pytest.raises(TypeError, match="uint8"):
        _sieve.omega(np.array([5, 6], dtype=np.uint64), right, right.astype(np.int8))


def test_columns_stand_beside_n_once_asked_for(tmp_path: Path) -> None:
    data = made(tmp_path)
    with pytest.raises(NotFound, match="whose target is omega adds it"):
        data.column("omega")
    *_, last = add_factors(data, threads=2)
    assert (last.done, last.rows) == (3000, 3000)
    columns = zip(data.column("liouville").tolist(), data.column("omega").tolist(), strict=True)
    assert list(columns) == [by_flint(int(n)) for n in data.n]
    assert set(checksums_of(data)) == {"liouville.npy", "omega.npy"}
    assert not list(add_factors(data))
    assert not list(tmp_path.glob(".*factors*"))


def test_a_stopped_one_leaves_nothing_and_another_waits(tmp_path: Path) -> None:
    data = made(tmp_path, rows=70_000)
    steps = add_factors(data)
    next(steps)
    with pytest.raises(Refused, match="being built by another process"):
        next(add_factors(data))
    steps.close()
    assert not checksums_of(data)
    assert not list(tmp_path.glob(".*part"))
    for _ in add_factors(data):
        pass
    assert len(data.column("omega")) == 70_000


def test_verify_looks_at_them(tmp_path: Path) -> None:
    data = made(tmp_path)
    for _ in add_factors(data):
        pass
    checks = {check.name: check for check in verify(data)}
    assert checks["omega.npy"].ok
    assert checks["factors"].ok
    assert "50 rows" in checks["factors"].detail
    path = data.folder / "omega.npy"
    path.write_bytes(path.read_bytes()[:-3000] + bytes([9]) * 3000)
    checks = {check.name: check for check in verify(open_data(tmp_path, "d", HASH))}
    assert not checks["omega.npy"].ok
    assert not checks["factors"].ok
