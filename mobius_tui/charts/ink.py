"""Pieces of text with a meaning; the widget turns the meaning into a colour."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a piece of a chart is; a string, because the hash of another enum is a call of Python,
    two hundred times a frame."""

    PLAIN = "plain"
    AXIS = "axis"
    LABEL = "label"
    GUIDE = "guide"
    SEAM = "seam"
    CURSOR = "cursor"
    REFERENCE = "reference"
    MARK = "mark"
    LINE = "line"
    FAINT = "faint"


class Ink(NamedTuple):
    """A role and, where the role has one, a palette index."""

    role: Role
    colour: int | None = None


class Piece(NamedTuple):
    text: str
    ink: Ink


Line = list[Piece]

PLAIN = Ink(Role.PLAIN)
