"""The `[data.NAME]` tables of experiments.toml."""

from __future__ import annotations

from dataclasses import dataclass

from mobius_core.config.keys import key


@dataclass(frozen=True, kw_only=True)
class DataSpec:
    """Distinct uniform n in an inclusive interval, or a file of (n, label).

    Row i is n = lo + permutation(i); rows [0, test) are held out, rows [test, rows) train.
    With `stream` no rows are stored: training rows follow the test rows, never repeated.
    """

    n: tuple[int, int] | None = key(None, at_least=1, at_most=2**63 - 1)
    rows: int | None = key(None, at_least=1)
    test: int | None = key(None, at_least=1)
    seed: int = key(0, at_least=0)
    stream: bool = key(False)
    file: str | None = key(None)
    format: str | None = key(None, choices=("int2int", "csv"))
