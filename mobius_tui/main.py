"""The `mobius` script: the TUI for a bare call on a capable terminal, else the command line.

The bare call never imports typer, whose pydantic costs more than the first frame.
"""

from __future__ import annotations

import sys

from mobius_core.errors import INTERRUPTED, MobiusError
from mobius_tui import streams

TERMINAL_OPTIONS = frozenset({"--ascii", "--slow-line"})


def main() -> None:
    if not sys.platform.startswith("linux"):
        raise SystemExit("mobius runs on Linux: it reads /proc and signals process groups")
    streams.settle()
    try:
        raise SystemExit(start())
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def start() -> int:
    """The exit code of the TUI or of a command."""
    if set(sys.argv[1:]) <= TERMINAL_OPTIONS and streams.terminal_can_draw():
        from mobius_tui.app import run_tui
        from mobius_tui.settings import of_this_terminal

        of_this_terminal(ascii_only="--ascii" in sys.argv, slow_line="--slow-line" in sys.argv)
        try:
            return run_tui()
        except MobiusError as error:
            from mobius_tui.cli.output import fail

            return fail(error, as_json=False)
    from mobius_tui.cli.app import run

    return run()
