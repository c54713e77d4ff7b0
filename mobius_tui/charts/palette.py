"""Colours that stay with a name, and letters that tell lines apart without colour."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase
from zlib import crc32

# Okabe and Ito 2008, readable with every common colour blindness; their yellow and sky blue are
# darkened for light backgrounds, where the originals have a contrast under 2.
DARK = ("#56b4e9", "#e69f00", "#00b386", "#f0e442", "#cc79a7", "#f26d21", "#8c9eff")
LIGHT = ("#0072b2", "#b35900", "#007a5a", "#8a7a00", "#a3407a", "#c43c00", "#4b3fb5")
ANSI = ("cyan", "yellow", "green", "magenta", "blue", "red", "white")
COLOURS = len(DARK)

# What is seen together most often, kept apart by hand; every other name hashes.
HOME = {"train": 0, "test": 1, "oracle": 2, "gap": 3, "norm": 4, "gini": 5, "lr": 6, "ipr": 6}


def colours(names: Iterable[str]) -> dict[str, int]:
    """A palette index for each name: the same in every chart and session unless two collide."""
    chosen: dict[str, int] = {}
    for name in names:
        home = HOME.get(name.partition("_")[0], crc32(name.encode()) % COLOURS)
        taken = set(chosen.values()) if len(chosen) < COLOURS else set()
        free = (home + step for step in range(COLOURS))
        chosen[name] = next(c % COLOURS for c in free if c % COLOURS not in taken)
    return chosen


def mark(position: int) -> str:
    """The letter of the n-th line: a, b, c, …; after z it starts again."""
    return ascii_lowercase[position % len(ascii_lowercase)]
