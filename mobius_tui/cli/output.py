"""The one writer of stdout (data) and stderr (narration) of the command line.

rich is imported only where something is drawn: `status --json`, `--version` and completion must
not pay for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mobius_core.config.trial import Json
from mobius_core.errors import MobiusError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

JSON_SCHEMA = 1


def emit_json(document: Mapping[str, Json]) -> None:
    """One line on stdout: {"schema": 1, …document}."""
    sys.stdout.write(json.dumps({"schema": JSON_SCHEMA, **document}, allow_nan=False) + "\n")
    sys.stdout.flush()


def emit_lines(lines: Iterable[str]) -> None:
    """Plain data lines on stdout."""
    sys.stdout.writelines(line + "\n" for line in lines)
    sys.stdout.flush()


def emit_bytes(lines: memoryview) -> None:
    """Data lines that are encoded already, millions a second, on stdout."""
    sys.stdout.flush()
    sys.stdout.buffer.write(lines)
    sys.stdout.buffer.flush()


def draw(renderable: RenderableType) -> None:
    """A table, panel or text as data on stdout."""
    console().print(renderable)


def say(message: str) -> None:
    """One sentence of narration on stderr."""
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


def fail(error: MobiusError, *, as_json: bool) -> int:
    """Print the error where a person or a script looks for it; gives the exit code."""
    code = error.exit_code
    if as_json:
        document: dict[str, Json] = {
            "schema": JSON_SCHEMA,
            "error": {"message": str(error), "exit_code": code, "type": type(error).__name__},
        }
        say(json.dumps(document))
    elif sys.stderr.isatty():
        console(stderr=True).print(error_panel(str(error)))
    else:
        say(f"mobius: {error}")
    return code


def error_panel(message: str) -> RenderableType:
    from rich.panel import Panel
    from rich.text import Text

    return Panel(Text(message), title="mobius", title_align="left", border_style="red")


def console(*, stderr: bool = False) -> Console:
    """A rich console that never wraps data by force when stdout is no terminal."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr, width=None if stream.isatty() else 200, highlight=False, markup=False
    )
