"""Verifying a data set by other means than those that built it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from mobius_core.data import factors
from mobius_core.data.distinct import count_distinct
from mobius_core.data.manifest import checksum
from mobius_core.data.open import DataSet
from mobius_core.numbers.ladder import mu_roots
from mobius_core.numbers.squarefree import SQUAREFREE

CHUNK: Final = 1 << 20
RECOMPUTED: Final = 200
"""Rows whose mu the Python ladder finds again: 0.1 s near 1e13, ten near 2^63."""


FEWER: Final = 4
"""Of these one in so many is factored, which costs more."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str


def verify(data: DataSet, recomputed: int = RECOMPUTED) -> Iterator[Check]:
    """Every check in turn; a data set is sound if all are ok. Memory does not grow with rows."""
    yield from checksums(data)
    if data.manifest.spec.file is None:
        yield numbers(data)
    yield distinct(data)
    yield values(data)
    yield ladder(data, recomputed)
    if factors.checksums_of(data):
        yield factorisation(data, recomputed // FEWER)


def checksums(data: DataSet) -> Iterator[Check]:
    for name, expected in {**data.manifest.checksums, **factors.checksums_of(data)}.items():
        found = checksum(data.folder / name)
        detail = "SHA-256 as built" if found == expected else f"SHA-256 {found}, built {expected}"
        yield Check(name, found == expected, detail)


def numbers(data: DataSet) -> Check:
    """Every n is the one that the seed means."""
    sample = data.manifest.sample
    for start in range(0, len(data.n), CHUNK):
        stored = data.n[start : start + CHUNK]
        wrong = np.flatnonzero(stored != sample.numbers(start, len(stored)))
        if len(wrong):
            row = start + int(wrong[0])
            return Check("numbers", False, f"row {row:,} is not the one of the recipe")
    return Check("numbers", True, f"the rows of seed {sample.seed} in [{sample.lo}, {sample.hi}]")


def distinct(data: DataSet) -> Check:
    """No n twice, none outside the interval."""
    seen = count_distinct(data.n, *data.manifest.interval)
    if seen != len(data.n):
        return Check("distinct", False, f"{seen:,} distinct n in {len(data.n):,} rows")
    return Check("distinct", True, f"{seen:,} distinct n, all in the interval")


def values(data: DataSet) -> Check:
    """mu takes its three values, as often as the manifest says."""
    squarefree = total = 0
    for start in range(0, len(data.mu), CHUNK):
        mu = data.mu[start : start + CHUNK]
        if mu.min() < -1 or mu.max() > 1:
            return Check("values", False, "mu has values other than -1, 0 and 1")
        squarefree += int(np.count_nonzero(mu))
        total += int(mu.sum(dtype=np.int64))
    share = squarefree / len(data.mu)
    detail = f"squarefree {share:.4f} (6/pi^2 = {SQUAREFREE:.4f}), sum of mu {total:+,}"
    expected = (data.manifest.squarefree, data.manifest.total)
    return Check("values", (squarefree, total) == expected, detail)


def ladder(data: DataSet, count: int) -> Check:
    """mu of evenly spaced rows, recomputed in Python: trial division to the cube root."""
    rows = np.unique(np.linspace(0, len(data.n) - 1, count).astype(np.int64))
    for row in rows.tolist():
        n, mu = int(data.n[row]), int(data.mu[row])
        if mu_roots(n) != mu:
            return Check("ladder", False, f"row {row:,}: mu({n}) is {mu_roots(n)}, stored {mu}")
    return Check("ladder", True, f"mu of {len(rows)} rows recomputed in Python")


def factorisation(data: DataSet, count: int) -> Check:
    """liouville and omega of evenly spaced rows, from factors found in Python."""
    rows = np.unique(np.linspace(0, len(data.n) - 1, max(count, 1)).astype(np.int64)).tolist()
    wrong = factors.first_wrong(data, rows)
    if wrong is not None:
        return Check("factors", False, f"row {wrong:,}: those of {data.n[wrong]} are others")
    return Check("factors", True, f"liouville and omega of {len(rows)} rows recomputed in Python")
