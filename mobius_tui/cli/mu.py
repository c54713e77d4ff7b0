"""`mobius mu`: the sieve by itself, for numbers, ranges and pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mobius_core.config.numerals import LARGEST, written
from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_tui.cli import output
from mobius_tui.cli.options import JsonOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH: Final = 1 << 16
"""Numbers read before the first answer: enough for the sieve to run at full speed."""
SEGMENT: Final = 1 << 24
"""Values of a range in memory at a time."""


def register(app: typer.Typer) -> None:
    # -5 is a number (out of range), not an option that does not exist.
    app.command("mu", context_settings={"ignore_unknown_options": True})(mu)


def mu(
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="N...", help="1 <= N < 2^63; - reads stdin")
    ] = None,
    between: Annotated[
        tuple[str, str] | None,
        typer.Option("--range", metavar="LO HI", help="every n in [LO, HI], inclusive"),
    ] = None,
    total: Annotated[bool, typer.Option("--sum", help="only the sum over the range")] = False,
    as_json: JsonOption = False,
) -> None:
    """The Moebius function mu(n), one "n mu" a line."""
    if (between is None) == (not numbers):
        raise UsageError("mobius mu takes numbers, or - for stdin, or --range LO HI")
    if total and between is None:
        raise UsageError("--sum sums over --range LO HI")
    if between is not None:
        print_range(*between, total=total, as_json=as_json)
        return
    words = list(numbers or ())
    if "-" in words and len(words) > 1:
        raise UsageError("mobius mu: - reads all numbers from stdin; give it alone")
    source = from_lines(sys.stdin) if words == ["-"] else ((word, "") for word in words)
    print_values(source, as_json=as_json)


def from_lines(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Words and where they stand, for messages; blank lines are skipped."""
    for number, line in enumerate(lines, 1):
        if word := line.strip():
            yield word, f"line {number}: "


def checked(word: str, where: str) -> int:
    n = written(word)
    if n is None:
        raise UsageError(f'{where}"{word}" is no whole number; write 30, 1e13, 10^13 or 2^63-1')
    if not 1 <= n <= LARGEST:
        raise UsageError(f"{where}{word} is out of range; mu(n) is found for 1 <= n <= 2^63-1")
    return n


def print_values(source: Iterator[tuple[str, str]], *, as_json: bool) -> None:
    import numpy as np

    from mobius_core.data.sample import mobius

    found: list[Json] = []
    while batch := [checked(word, where) for word, where in islice(source, BATCH)]:
        values = mobius(np.array(batch, dtype=np.uint64)).tolist()
        if as_json:
            found += [{"n": n, "mu": value} for n, value in zip(batch, values, strict=True)]
        else:
            output.emit_lines(f"{n} {value}" for n, value in zip(batch, values, strict=True))
    if as_json:
        output.emit_json({"mu": found})


def print_range(low: str, high: str, *, total: bool, as_json: bool) -> None:
    lo, hi = checked(low, "--range: "), checked(high, "--range: ")
    if lo > hi:
        raise UsageError(f"--range {low} {high}: LO must not exceed HI")
    if total:
        found = sum(int(values.sum(dtype="int64")) for _, values in segments(lo, hi))
        if as_json:
            output.emit_json({"lo": lo, "hi": hi, "sum": found})
        else:
            output.emit_lines([str(found)])
        return
    listed: list[Json] = []
    for start, values in segments(lo, hi):
        if as_json:
            listed += values.tolist()
        else:
            output.emit_lines(f"{n} {value}" for n, value in enumerate(values.tolist(), start))
    if as_json:
        output.emit_json({"lo": lo, "hi": hi, "mu": listed})


def segments(lo: int, hi: int) -> Iterator[tuple[int, NDArray[np.int8]]]:
    """mu over [lo, hi] in pieces: (first n, values). Memory is that of one piece."""
    import numpy as np

    from mobius_core import _sieve

    for start in range(lo, hi + 1, SEGMENT):
        values = np.empty(min(SEGMENT, hi + 1 - start), dtype=np.int8)
        _sieve.mu_range(start, start + len(values), values)
        yield start, values
