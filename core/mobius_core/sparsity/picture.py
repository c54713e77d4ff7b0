"""A mask as lines of text: every character shows two cells, one above the other."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

HALF_BLOCKS: Final = " ▀▄█"
ASCII: Final = " '.:"
"""neither half, upper, lower, both"""


def picture(
    mask: NDArray[np.bool_], width: int, height: int, characters: str = HALF_BLOCKS
) -> list[str]:
    """`height` lines of `width` characters; a larger or smaller mask is scaled to fit.

    A cell is drawn where its share of weights is at least that of the average cell: a pattern then
    stays visible at any density.
    """
    share = cell_density(mask, 2 * height, width)
    ink = (share > 0) & (share > share.mean() - 1e-9)
    index = ink[0::2] + 2 * ink[1::2].astype(np.uint8)
    return ["".join(characters[i] for i in line) for line in index.tolist()]


def cell_density(mask: NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.float64]:
    """Share of weights in each cell of a rows x columns grid laid over the mask.

    Cells hold whole weights: they overlap by less than one, and where the grid is finer than the
    mask a weight fills several.
    """
    top, bottom = edges(mask.shape[0], rows)
    left, right = edges(mask.shape[1], columns)
    above = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int32)
    above[1:, 1:] = mask.cumsum(axis=0, dtype=np.int32).cumsum(axis=1)
    below_right = np.ix_(bottom, right)
    count = (
        above[below_right]
        - above[np.ix_(top, right)]
        - above[np.ix_(bottom, left)]
        + above[np.ix_(top, left)]
    )
    area = np.outer(bottom - top, right - left)
    return np.asarray(count / area, dtype=np.float64)


def edges(length: int, cells: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and one past the last index of each of `cells` intervals that cover range(length)."""
    start = np.arange(cells) * length // cells
    stop = np.arange(1, cells + 1) * length
    return start, -(-stop // cells)
