"""What to do where there is nothing to show: no file, a file with errors, no match."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mobius_tui.model import LabView
from mobius_tui.widgets.styled import Cell, Line, Tone, line

if TYPE_CHECKING:
    from mobius_core.config.problems import Problem


def advice(view: LabView, width: int) -> list[Line]:
    if not view.loaded:
        return [line(Cell("reading the lab …", "dim"))]
    if view.problems:
        lines = [one for problem in view.problems for one in told(problem, width)]
        return [*lines, (), line("e opens the file at the first one; saved, it is read again.")]
    if view.trouble:
        return [
            *wrapped(view.trouble, width, "warn"),
            (),
            line("A first file with experiments to run:   ", Cell("mobius init", "key")),
            line("Everything at once, on real numbers:    ", Cell("mobius demo", "key")),
        ]
    return [line("No experiment matches.", Cell("  esc shows all again", "dim"))]


def told(problem: Problem, width: int) -> list[Line]:
    """The line and the key, and below them what is wrong and what is allowed."""
    where = "" if problem.line is None else f"line {problem.line}  "
    return [
        line(Cell(where, "key"), Cell(problem.key, "strong")),
        *wrapped(problem.message, width, "bad", indent="  "),
    ]


def wrapped(words: str, width: int, tone: Tone = "", indent: str = "") -> list[Line]:
    rows = textwrap.wrap(words, max(width, 20), initial_indent=indent, subsequent_indent=indent)
    return [line(Cell(row, tone)) for row in rows]
