"""`mobius data export|corrupt`: data sets as files for other programs."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mobius_core.config.locate import home as locate_home
from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_tui.cli import output
from mobius_tui.cli.data_sets import NameArgument, specs_of
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.data.export import Request
    from mobius_core.data.open import DataSet

SAY_EVERY: Final = 5.0
"""Seconds between two lines of progress."""
FIRST_PRIMES: Final = 100

OutOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="folder; exports/NAME-HASH of the lab if not set")
]
PrimesOption = Annotated[
    int | None, typer.Option(min=1, max=6542, help="the first so many primes as moduli: 100")
]
ModuliOption = Annotated[
    str | None, typer.Option(metavar="M,M,…", help="these moduli instead, each 2..65535")
]
TargetOption = Annotated[
    list[str] | None, typer.Option("--target", help="mu or mu2; both unless given")
]
ThreadsOption = Annotated[int | None, typer.Option(min=1, help="every core unless given")]


def export(
    name: NameArgument,
    form: Annotated[str, typer.Option("--format", help="int2int, npy or parquet")] = "int2int",
    out: OutOption = None,
    primes: PrimesOption = None,
    moduli: ModuliOption = None,
    target: TargetOption = None,
    threads: ThreadsOption = None,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write training and test rows as residues for other programs; prints the files."""
    from mobius_core.data.export import export as steps

    data, folder = opened(name, out, file, home)
    request = requested(form, primes, moduli, target, threads)
    show(folder, follow(steps(data, folder, request)), as_json=as_json)


def corrupt(
    name: NameArgument,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD]...", help="random:2,3 or only:2,3; the published four"),
    ] = None,
    rows: Annotated[int | None, typer.Option(help="the first so many held-out rows; all")] = None,
    out: OutOption = None,
    primes: PrimesOption = None,
    moduli: ModuliOption = None,
    target: TargetOption = None,
    threads: ThreadsOption = None,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Int2Int text of held-out rows with some residues made random, beside the true text."""
    from mobius_core.data.corrupt import PUBLISHED
    from mobius_core.data.corrupt import corrupt as steps

    data, folder = opened(name, out, file, home)
    request = requested("int2int", primes, moduli, target, threads)
    folder = folder / "corrupt" if out is None else folder
    done = follow(steps(data, folder, request, words or list(PUBLISHED), rows))
    show(folder, done, as_json=as_json)


def opened(
    name: str, out: Path | None, file: Path | None, home: Path | None
) -> tuple[DataSet, Path]:
    from mobius_core.data.catalog import find
    from mobius_core.data.open import open_folder

    lab = locate_home(file, home)
    found = find(lab / "data", specs_of(file, home), name)
    return open_folder(found.folder), out or lab / "exports" / found.folder.name


def requested(
    form: str,
    primes: int | None,
    moduli: str | None,
    target: list[str] | None,
    threads: int | None,
) -> Request:
    from mobius_core.data.export import TARGETS, Request
    from mobius_core.data.ordered import cores
    from mobius_core.numbers.primes import first_primes

    if moduli is not None and primes is not None:
        raise UsageError("--primes or --moduli: give one of them")
    if moduli is None:
        chosen = first_primes(primes or FIRST_PRIMES)
    else:
        words = moduli.split(",")
        if not all(word.isascii() and word.isdecimal() for word in words):
            raise UsageError(f"--moduli {moduli}: give numbers with commas, such as 2,3,5")
        chosen = tuple(int(word) for word in words)
    return Request(
        format=form,
        moduli=chosen,
        targets=tuple(dict.fromkeys(target or TARGETS)),
        threads=threads or cores(),
    )


def follow(steps: Generator[int, None, list[Path]]) -> list[Path]:
    """To the end, saying now and then how far."""
    said = time.monotonic()
    while True:
        try:
            done = next(steps)
        except StopIteration as end:
            paths: list[Path] = end.value
            return paths
        if time.monotonic() - said >= SAY_EVERY:
            said = time.monotonic()
            output.say(f"{done:,} rows")


def show(folder: Path, paths: list[Path], *, as_json: bool) -> None:
    if as_json:
        files: list[Json] = [str(path) for path in paths]
        output.emit_json({"folder": str(folder), "files": files})
    else:
        output.emit_lines(str(path) for path in paths)
