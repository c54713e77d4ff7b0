"""`mobius data`: list, describe and verify data sets; what makes files is beside it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.locate import home as locate_home
from mobius_core.config.trial import Json
from mobius_core.errors import WorkFailed
from mobius_core.numbers.squarefree import SQUAREFREE
from mobius_tui.cli import mu, output
from mobius_tui.cli.data_build import build
from mobius_tui.cli.data_export import corrupt, export
from mobius_tui.cli.data_import import import_file
from mobius_tui.cli.data_sets import NameArgument, specs_of
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.data.catalog import Entry
    from mobius_core.data.manifest import Manifest


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Data sets: build, look at, verify, export.")
    group.command("build")(build)
    group.command("list")(list_all)
    group.command("info")(info)
    group.command("verify")(verify)
    group.command("export")(export)
    group.command("corrupt")(corrupt)
    group.command("import")(import_file)
    app.add_typer(group, name="data")
    mu.register(app)


def list_all(file: FileOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Data sets of the experiments file and of the lab."""
    from mobius_core.data.catalog import catalog

    entries = catalog(locate_home(file, home) / "data", specs_of(file, home))
    if as_json:
        output.emit_json({"data": [as_table(one) for one in entries]})
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("name", "n", "rows", "test", "hash", "state"):
        table.add_column(heading, justify="right" if heading in ("rows", "test") else "left")
    for one in entries:
        table.add_row(*cells(one))
    output.draw(table)


def as_table(one: Entry) -> dict[str, Json]:
    spec = one.spec
    return {
        "name": one.name,
        "hash": one.hash,
        "folder": str(one.folder),
        "n": list(spec.n) if spec and spec.n else None,
        "rows": spec.rows if spec else None,
        "test": spec.test if spec else None,
        "stream": spec.stream if spec else None,
        "built": one.built,
        "rows_done": one.rows_done,
    }


def cells(one: Entry) -> tuple[str, ...]:
    state = "built" if one.built else f"{one.rows_done:,} rows" if one.rows_done else "-"
    spec = one.spec
    if spec is None:
        return (one.name, "", "", "", one.hash, f"{state}, of another recipe")
    interval = f"{spec.n[0]:,} .. {spec.n[1]:,}" if spec.n else str(spec.file)
    rows = "stream" if spec.stream else f"{spec.rows:,}" if spec.rows else ""
    return (one.name, interval, rows, f"{spec.test:,}" if spec.test else "", one.hash, state)


def info(
    name: NameArgument,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a data set holds: recipe, rows, and mu beside what theory expects."""
    from mobius_core.data.catalog import find
    from mobius_core.data.manifest import Manifest

    found = find(locate_home(file, home) / "data", specs_of(file, home), name)
    manifest = Manifest.read(found.folder)
    if as_json:
        output.emit_json({"data": facts(manifest, found.folder)})
    else:
        output.emit_lines(sentences(manifest, found.folder))


def facts(manifest: Manifest, folder: Path) -> dict[str, Json]:
    interval: tuple[int, ...] = manifest.spec.n or ()
    return {
        "name": manifest.name,
        "hash": manifest.hash,
        "folder": str(folder),
        "n": list(interval) or None,
        "file": manifest.spec.file,
        "rows": manifest.rows,
        "test": manifest.test,
        "seed": manifest.spec.seed,
        "stream": manifest.spec.stream,
        "sieve": manifest.sieve,
        "squarefree": manifest.squarefree / manifest.rows,
        "sum": manifest.total,
        "checksums": dict(manifest.checksums),
    }


def sentences(manifest: Manifest, folder: Path) -> list[str]:
    spec = manifest.spec
    if spec.file is not None:
        source = f"distinct, from {spec.file}"
    else:
        lo, hi = manifest.interval
        source = f"distinct, uniform in [{lo:,}, {hi:,}], seed {spec.seed}"
    if manifest.spec.stream:
        rows = f"{manifest.test:,} held out; training rows are made on the fly"
    else:
        rows = f"{manifest.rows:,}, of them {manifest.test:,} held out"
    share = manifest.squarefree / manifest.rows
    return [
        f"{'folder':11} {folder}",
        f"{'n':11} {source}",
        f"{'rows':11} {rows}",
        f"{'squarefree':11} {share:.4%}, and 6/pi^2 = {SQUAREFREE:.4%}",
        f"{'sum of mu':11} {manifest.total:+,}, and sqrt(rows) = {math.sqrt(manifest.rows):,.0f}",
        f"{'sieve':11} version {manifest.sieve}",
    ]


def verify(
    name: NameArgument,
    rows: Annotated[
        int, typer.Option(min=1, help="rows whose mu is found again by trial division")
    ] = 200,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a data set against its recipe, its checksums and another method of finding mu."""
    from mobius_core.data.catalog import find
    from mobius_core.data.open import open_folder
    from mobius_core.data.verify import verify as checks

    data = open_folder(find(locate_home(file, home) / "data", specs_of(file, home), name).folder)
    done = []
    for check in checks(data, rows):
        done.append(check)
        if not as_json:
            mark = "ok  " if check.ok else "FAIL"
            output.emit_lines([f"{mark} {check.name:10} {check.detail}"])
    wrong = [check.name for check in done if not check.ok]
    if as_json:
        listed: list[Json] = [
            {"name": check.name, "ok": check.ok, "detail": check.detail} for check in done
        ]
        output.emit_json({"checks": listed, "ok": not wrong})
    if wrong:
        raise WorkFailed(
            f"{data.folder} fails {', '.join(wrong)}; remove the folder, then build anew with "
            f"`mobius data build {data.manifest.name}`"
        )
