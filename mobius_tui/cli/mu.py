"""`mobius mu`: the sieve by itself, for numbers, ranges and pipes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_tui.cli import output
from mobius_tui.cli.options import JsonOption

if TYPE_CHECKING:
    from io import BufferedReader

    import numpy as np
    from numpy.typing import NDArray

    from mobius_core.data.number_lines import Source


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
    count: Annotated[
        bool, typer.Option("--count", help="only how many n of the range have which value")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.npy", help="the range as an int8 array")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="of a range; every core unless given")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The Moebius function mu(n), one "n mu" a line."""
    if (between is None) == (not numbers):
        raise UsageError("mobius mu takes numbers, or - for stdin, or --range LO HI")
    wanted = [name for name, on in (("--sum", total), ("--count", count), ("--out", out)) if on]
    if wanted and between is None:
        raise UsageError(f"{wanted[0]} is for --range LO HI")
    if len(wanted) > 1:
        raise UsageError(f"{wanted[0]} or {wanted[1]}: one at a time")
    if between is not None:
        lo, hi = interval(*between)
        print_range(lo, hi, wanted[0] if wanted else "", out, threads, as_json=as_json)
        return
    words = list(numbers or ())
    if "-" not in words:
        print_words(words, as_json=as_json)
    elif len(words) == 1:
        print_values(cast("BufferedReader", sys.stdin.buffer), as_json=as_json)
    else:
        raise UsageError("mobius mu: - reads all numbers from stdin; give it alone")


def interval(low: str, high: str) -> tuple[int, int]:
    from mobius_core.data.number_lines import checked

    lo, hi = checked(low, "--range: "), checked(high, "--range: ")
    if lo > hi:
        raise UsageError(f"--range {low} {high}: LO must not exceed HI")
    return lo, hi


def print_words(words: list[str], *, as_json: bool) -> None:
    import numpy as np

    from mobius_core.data.number_lines import checked, value_lines
    from mobius_core.data.sample import mobius

    n = np.array([checked(word, "") for word in words], dtype=np.uint64)
    if as_json:
        output.emit_json({"mu": listed(n, mobius(n))})
    else:
        output.emit_bytes(value_lines(n, mobius(n)))


def print_values(source: Source, *, as_json: bool) -> None:
    from mobius_core.data.number_lines import numbers, value_lines
    from mobius_core.data.sample import mobius

    found: list[Json] = []
    for n in numbers(source):
        if as_json:
            found += listed(n, mobius(n))
        else:
            output.emit_bytes(value_lines(n, mobius(n)))
    if as_json:
        output.emit_json({"mu": found})


def listed(n: NDArray[np.uint64], mu: NDArray[np.int8]) -> list[Json]:
    return [{"n": one, "mu": value} for one, value in zip(n.tolist(), mu.tolist(), strict=True)]


def print_range(
    lo: int, hi: int, wanted: str, out: Path | None, threads: int | None, *, as_json: bool
) -> None:
    from mobius_core.data import segments
    from mobius_core.data.ordered import cores

    threads = threads or cores()
    document: dict[str, Json] = {"lo": lo, "hi": hi}
    if out is not None:
        segments.save(lo, hi, out, threads)
        show({**document, "file": str(out)}, [str(out)], as_json=as_json)
    elif wanted:
        found = segments.tally(lo, hi, threads)
        if wanted == "--sum":
            show({**document, "sum": found.total}, [str(found.total)], as_json=as_json)
            return
        counts: dict[str, Json] = {"-1": found.minus, "0": found.zero, "1": found.plus}
        words = [f"{value} {n}" for value, n in counts.items()]
        show({**document, "count": counts}, words, as_json=as_json)
    elif as_json:
        every: list[Json] = [one for part in segments.values(lo, hi, threads) for one in part]
        output.emit_json({**document, "mu": every})
    else:
        for part in segments.lines(lo, hi, threads):
            output.emit_bytes(part)


def show(document: dict[str, Json], lines: list[str], *, as_json: bool) -> None:
    if as_json:
        output.emit_json(document)
    else:
        output.emit_lines(lines)
