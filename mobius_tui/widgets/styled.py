"""Words with a tone: what screens are made of, before any theme colours them.

A tone is meaning, never the only sign of it: states are words and marks as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from textual.content import Content

Tone = Literal["", "dim", "strong", "head", "good", "bad", "warn", "live", "key"]

STYLES: Final[dict[Tone, str]] = {
    "": "",
    "dim": "$dim",
    "strong": "bold",
    "head": "bold $dim",
    "good": "$success",
    "bad": "$error",
    "warn": "$warning",
    "live": "$primary",
    "key": "bold $primary",
}
"""Tone -> Textual style."""


class Cell(NamedTuple):
    text: str
    tone: Tone = ""


Line = Sequence[Cell]


def line(*parts: str | Cell) -> list[Cell]:
    return [part if isinstance(part, Cell) else Cell(part) for part in parts]


def content(lines: Iterable[Line]) -> Content:
    """Lines as Textual content. Texts are never read as markup: they hold users' words."""
    return Content("\n").join(
        Content.assemble(*((cell.text, STYLES[cell.tone]) for cell in cells)) for cells in lines
    )


def plain(cells: Line) -> str:
    return "".join(cell.text for cell in cells)
