"""Structural rank: the largest rank that weights at these places can have, almost surely theirs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def structural_rank(mask: NDArray[np.bool_]) -> int:
    """Size of a maximum matching of rows with columns, 0 to min(mask.shape).

    One augmenting search a row, over columns held as the bits of one integer. A row that cannot be
    matched proves the same for every column its search saw, and those leave the graph.
    """
    rows = [int.from_bytes(bits.tobytes(), "little") for bits in packed(mask)]
    owner: dict[int, int] = {}  # column -> row
    alive = free = (1 << mask.shape[1]) - 1
    for row in sorted(range(len(rows)), key=lambda row: rows[row].bit_count()):
        path, seen = augmenting_path(row, rows, owner, alive, free)
        if not path:
            alive &= ~seen
        for column, new_owner in path:
            owner[column] = new_owner
            free &= ~(1 << column)
    return len(owner)


def packed(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.packbits(mask, axis=1, bitorder="little")


def augmenting_path(
    start: int, rows: list[int], owner: dict[int, int], alive: int, free: int
) -> tuple[list[tuple[int, int]], int]:
    """New (column, row) pairs that match one row more, none if there are none; columns seen."""
    reached_by: dict[int, int] = {}  # column -> row
    came_from: dict[int, int] = {}  # row -> the column it owns, by which it was reached
    pending = [start]
    seen = 0
    for row in pending:
        new = rows[row] & alive & ~seen
        if hit := new & free:
            return walk_back(lowest(hit), row, start, reached_by, came_from), seen
        seen |= new
        while new:
            column = lowest(new)
            new &= new - 1
            reached_by[column] = row
            came_from[owner[column]] = column
            pending.append(owner[column])
    return [], seen


def walk_back(
    column: int, row: int, start: int, reached_by: dict[int, int], came_from: dict[int, int]
) -> list[tuple[int, int]]:
    path = [(column, row)]
    while row != start:
        column = came_from[row]
        row = reached_by[column]
        path.append((column, row))
    return path


def lowest(bits: int) -> int:
    """Position of the lowest set bit."""
    return (bits & -bits).bit_length() - 1
