"""Text for an experiments file: a copy of an experiment at its end."""

from __future__ import annotations

import re
from pathlib import Path

from mobius_core.config import project
from mobius_core.config.lines import Scan
from mobius_core.config.names import NAME, NAME_RULE
from mobius_core.config.node import joined
from mobius_core.errors import Refused, UsageError


def with_copy(path: Path, name: str, source: str) -> str:
    """The text of the file with a copy of experiment `source` as `name` at its end.

    ConfigErrors where the file is not valid, NotFound without `source`, Refused where `name` is
    taken.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f'"{name}": {NAME_RULE}')
    loaded = project.load(path)
    loaded.experiment(source)
    if name in loaded.experiments:
        raise Refused(f"{path.name} has an experiment {name} already; choose another name")
    text = path.read_text(encoding="utf-8")
    grown = f"{text.rstrip()}\n\n\n{copy_of(text, name, source)}"
    project.parse(grown, path)
    return grown


def copy_of(text: str, name: str, source: str) -> str:
    """The tables of an experiment under another name, with the comments inside them.

    Where they have no headers of their own, a table that names `source` as its base.
    """
    rows = text.split("\n")
    headers = Scan(text).headers
    ends = [*sorted(headers), len(rows) + 1][1:]
    copied: list[str] = []
    for (line, path), end in zip(sorted(headers.items()), ends, strict=True):
        if path[:2] != ("experiments", source):
            continue
        header = _HEADER.sub(rf"\g<1>{_key(name)}", rows[line - 1], count=1)
        copied += [header, *_without_last_comments(rows[line : end - 1]), ""]
    if not copied:
        return f'[experiments.{_key(name)}]\nbase = "{source}"\n'
    return "\n".join(copied[:-1]) + "\n"


_HEADER = re.compile(r"""(\[\s*["']?experiments["']?\s*\.\s*)("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)""")


def _without_last_comments(rows: list[str]) -> list[str]:
    """What stands directly above the next header belongs to that."""
    while rows and (not rows[-1].strip() or rows[-1].lstrip().startswith("#")):
        rows = rows[:-1]
    return rows


def _key(name: str) -> str:
    return joined("", name)
