"""Which data sets a command may mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.locate import experiments_file
from mobius_core.errors import NotFound

if TYPE_CHECKING:
    from mobius_core.data.spec import DataSpec

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="a [data.NAME] of the file")]


def specs_of(file: Path | None, home: Path | None) -> Mapping[str, DataSpec]:
    """The data tables of the experiments file; none where only --home says which lab."""
    from mobius_core.config.project import load

    try:
        path = experiments_file(file)
    except NotFound:
        if file is not None or home is None:
            raise
        return {}
    return load(path).data
