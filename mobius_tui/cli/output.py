"""The one writer of stdout (data) and stderr (narration) of the command line.

What a terminal would obey (a title with an escape sequence in it) is spelled out here, so that no
command has to think of it.

rich is imported only where something is drawn: `status --json`, `--version` and completion must
not pay for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mobius_core.config.trial import Json
from mobius_core.errors import MobiusError, WorkFailed
from mobius_core.metrics.visible import visible
from mobius_tui import streams

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

JSON_SCHEMA = 1


def emit_json(document: Mapping[str, Json]) -> None:
    """One line on stdout: {"schema": 1, …document}."""
    with writing():
        sys.stdout.write(json.dumps({"schema": JSON_SCHEMA, **document}, allow_nan=False) + "\n")
        sys.stdout.flush()


def emit_json_texts(name: str, documents: Iterable[str]) -> None:
    """As `emit_json` with one list, of objects that are JSON already."""
    with writing():
        sys.stdout.write(f'{{"schema": {JSON_SCHEMA}, "{name}": [{", ".join(documents)}]}}\n')
        sys.stdout.flush()


def emit_lines(lines: Iterable[str]) -> None:
    """Plain data lines on stdout; tabs between columns stay."""
    with writing():
        sys.stdout.writelines("\t".join(map(visible, line.split("\t"))) + "\n" for line in lines)
        sys.stdout.flush()


def emit_bytes(lines: memoryview) -> None:
    """Data lines that are encoded already, millions a second, on stdout."""
    with writing():
        sys.stdout.flush()
        sys.stdout.buffer.write(lines)
        sys.stdout.buffer.flush()


def draw(renderable: RenderableType) -> None:
    """A table, panel or text as data on stdout."""
    from mobius_tui.cli.safely import Safely

    drawing = console()
    with writing():
        # rich would end the process itself where a pipe is closed.
        with drawing.capture() as captured:
            drawing.print(Safely(renderable))
        sys.stdout.write(captured.get())
        sys.stdout.flush()


@contextmanager
def writing() -> Iterator[None]:
    """WorkFailed where stdout takes no more; a reader that has left is no failure (`cli.app`)."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        streams.drop(sys.stdout)
        raise WorkFailed(f"cannot write to stdout: {error.strerror}; free some space") from error


def say(message: str) -> None:
    """One sentence of narration on stderr, or one a line; that nobody can read it ends nothing."""
    try:
        sys.stderr.write("\n".join(map(visible, message.split("\n"))) + "\n")
        sys.stderr.flush()
    except OSError:
        streams.drop(sys.stderr)


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
        from mobius_tui.cli.safely import Safely

        console(stderr=True).print(Safely(error_panel(str(error))))
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
