"""`mobius data import`: rows that another program wrote, as a data set."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.locate import home as locate_home
from mobius_core.config.trial import Json
from mobius_core.errors import UsageError
from mobius_tui.cli import output
from mobius_tui.cli.data_build import SAY_EVERY
from mobius_tui.cli.data_sets import specs_of
from mobius_tui.cli.options import FileOption, HomeOption, JsonOption

if TYPE_CHECKING:
    from mobius_core.data.spec import DataSpec


def import_file(
    name: Annotated[str, typer.Argument(metavar="NAME", help="what the data set will be called")],
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Int2Int text, or CSV of n,label")],
    form: Annotated[
        str | None, typer.Option("--format", help="int2int or csv; csv for FILE.csv unless given")
    ] = None,
    test: Annotated[
        int | None, typer.Option(min=1, help="first rows held out; a tenth, at most 100,000")
    ] = None,
    target: Annotated[
        str, typer.Option(help="labels must be mu or mu2 of n; label takes them as they are")
    ] = "mu",
    threads: Annotated[int | None, typer.Option(min=1, help="every core unless given")] = None,
    file: FileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a file of rows as a data set: n from the residues, labels checked against the sieve."""
    from mobius_core.config.datasets import data_hash
    from mobius_core.config.names import NAME, NAME_RULE
    from mobius_core.data.build_file import build_file
    from mobius_core.data.ordered import cores
    from mobius_core.data.place import folder_of

    if not NAME.fullmatch(name):
        raise UsageError(f'"{name}": {NAME_RULE}')
    if target not in ("mu", "mu2", "label"):
        raise UsageError(f"--target {target}: give mu, mu2 or label")
    data_dir = locate_home(file, home) / "data"
    spec = recipe(source, form, test)
    declared = check_declared(name, spec, file, home)
    hashed = data_hash(spec)
    checked = None if target == "label" else target
    said = time.monotonic()
    for step in build_file(
        data_dir, name, hashed, spec, threads=threads or cores(), target=checked
    ):
        if time.monotonic() - said >= SAY_EVERY:
            said = time.monotonic()
            output.say(f"{step.done:,} of {step.rows:,} rows, {step.left:.0f} s left")
    folder = folder_of(data_dir, name, hashed)
    if not declared:
        output.say(f"add to the experiments file:\n{table(name, spec)}")
    if as_json:
        nothing: list[Json] = []
        output.emit_json({"data": str(folder), "built": True, "runs": nothing})
    else:
        output.emit_lines([str(folder)])


def recipe(source: Path, form: str | None, test: int | None) -> DataSpec:
    """What `[data.NAME] file = …` would mean."""
    from mobius_core.data.spec import DataSpec

    path = Path(os.path.abspath(source))
    if not path.is_file():
        raise UsageError(f"no such file: {path}")
    found = form or ("csv" if path.suffix == ".csv" else "int2int")
    if found not in ("int2int", "csv"):
        raise UsageError(f"--format {found}: give int2int or csv")
    return DataSpec(file=str(path), format=found, test=test)


def check_declared(name: str, spec: DataSpec, file: Path | None, home: Path | None) -> bool:
    """Whether the experiments file has this data set; UsageError where it has another."""
    declared = specs_of(file, home).get(name)
    if declared is not None and declared != spec:
        raise UsageError(
            f"[data.{name}] of the experiments file is another data set; import under another name"
        )
    return declared is not None


def table(name: str, spec: DataSpec) -> str:
    """The lines that name this data set in an experiments file."""
    import json

    held_out = "" if spec.test is None else f"\ntest = {spec.test}"
    return f"[data.{name}]\nfile = {json.dumps(spec.file)}\nformat = {json.dumps(spec.format)}" + (
        held_out
    )
