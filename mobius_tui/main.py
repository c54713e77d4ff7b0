"""The `mobius` script: the TUI for a bare call on a capable terminal, else the command line.

The bare call never imports typer, whose pydantic costs more than the first frame.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    if not sys.platform.startswith("linux"):
        raise SystemExit("mobius runs on Linux: it reads /proc and signals process groups")
    if len(sys.argv) == 1 and terminal_can_draw():
        from mobius_tui.app import run_tui

        raise SystemExit(run_tui())
    from mobius_tui.cli.app import run

    raise SystemExit(run())


def terminal_can_draw() -> bool:
    """Both ends are a terminal, and not one that would print escapes as garbage (TERM=dumb)."""
    return (
        sys.stdin.isatty()
        and sys.stdout.isatty()
        and os.environ.get("TERM", "dumb") not in ("", "dumb")
    )
