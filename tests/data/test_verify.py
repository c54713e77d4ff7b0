"""Verifying: a sound data set passes, and each kind of damage fails its own check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mobius_core.data import distinct as distinctness
from mobius_core.data import verify as verifying
from mobius_core.data.manifest import Manifest, checksum
from mobius_core.data.open import open_folder
from mobius_core.data.verify import verify
from tests.data.recipes import make

Column = np.ndarray[Any, np.dtype[Any]]


def failing(folder: Path) -> list[str]:
    return [check.name for check in verify(open_folder(folder)) if not check.ok]


def test_sound(tmp_path: Path) -> None:
    checks = list(verify(make(tmp_path)))
    assert [check.name for check in checks if check.ok] == [
        "n.npy",
        "mu.npy",
        "numbers",
        "distinct",
        "values",
        "ladder",
    ]


def flip_all_signs(n: Column, mu: Column) -> None:
    mu *= -1


def repeat_a_number(n: Column, mu: Column) -> None:
    n[17], mu[17] = n[18], mu[18]


def leave_the_interval(n: Column, mu: Column) -> None:
    n[17] = 10**14


def leave_the_values(n: Column, mu: Column) -> None:
    mu[17] = 2


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (flip_all_signs, ["mu.npy", "values", "ladder"]),
        (repeat_a_number, ["n.npy", "mu.npy", "numbers", "distinct"]),
        (leave_the_interval, ["n.npy", "numbers", "distinct"]),
        (leave_the_values, ["mu.npy", "values"]),
    ],
)
def test_damage(
    tmp_path: Path, harm: Callable[[Column, Column], None], expected: list[str]
) -> None:
    folder = make(tmp_path).folder
    n = np.load(folder / "n.npy", mmap_mode="r+")
    mu = np.load(folder / "mu.npy", mmap_mode="r+")
    harm(n, mu)
    n.flush()
    mu.flush()
    found = failing(folder)
    # Whether a repeated number changes the sums of mu is chance.
    assert [name for name in found if name in expected] == expected
    assert set(found) <= {*expected, "values"}


def test_checksums_alone_are_not_trusted(tmp_path: Path) -> None:
    """Wrong values whose manifest agrees with them."""
    folder = make(tmp_path).folder
    mu = np.load(folder / "mu.npy")
    np.save(folder / "mu.npy", -mu)
    old = Manifest.read(folder)
    Manifest(
        name=old.name,
        hash=old.hash,
        spec=old.spec,
        sieve=old.sieve,
        rows=old.rows,
        test=old.test,
        squarefree=old.squarefree,
        total=-old.total,
        checksums={**old.checksums, "mu.npy": checksum(folder / "mu.npy")},
    ).write(folder)
    assert failing(folder) == ["ladder"]


def test_distinct_by_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long data sets are sorted in slices; three thousand rows in slices of a hundred."""
    monkeypatch.setattr(distinctness, "AT_A_TIME", 100)
    data = make(tmp_path)
    assert verifying.distinct(data).ok
    n = np.load(data.folder / "n.npy", mmap_mode="r+")
    n[2999] = n[0]
    n.flush()
    assert verifying.distinct(open_folder(data.folder)).detail == "2,999 distinct n in 3,000 rows"
