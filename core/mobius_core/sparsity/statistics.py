"""What one mask is, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobius_core.sparsity.matching import structural_rank
from mobius_core.sparsity.spectrum import spectral_gap


@dataclass(frozen=True, kw_only=True, slots=True)
class MaskStatistics:
    """One mask of shape (rows, columns) = (outputs, inputs)."""

    rows: int
    columns: int
    weights: int
    """that exist, of rows * columns"""
    density: float
    dead_rows: int
    """outputs without a weight"""
    dead_columns: int
    """inputs without a weight"""
    dense_rows: int
    """outputs with every weight"""
    dense_columns: int
    rank: int
    """structural: the largest that weights at these places can have"""
    spectral_gap: float
    """0 where the graph of rows and columns falls apart, 1 where all rows agree"""
    row_degrees: tuple[tuple[int, int], ...]
    """(weights in a row, how many rows), ascending"""
    column_degrees: tuple[tuple[int, int], ...]


def describe(mask: NDArray[np.bool_]) -> MaskStatistics:
    """Statistics of one mask, shape (out, inputs), at least one of each."""
    rows, columns = mask.shape
    in_row = np.count_nonzero(mask, axis=1)
    in_column = np.count_nonzero(mask, axis=0)
    weights = int(in_row.sum())
    return MaskStatistics(
        rows=rows,
        columns=columns,
        weights=weights,
        density=weights / mask.size,
        dead_rows=int(np.count_nonzero(in_row == 0)),
        dead_columns=int(np.count_nonzero(in_column == 0)),
        dense_rows=int(np.count_nonzero(in_row == columns)),
        dense_columns=int(np.count_nonzero(in_column == rows)),
        rank=structural_rank(mask),
        spectral_gap=spectral_gap(mask),
        row_degrees=distribution(in_row),
        column_degrees=distribution(in_column),
    )


def distribution(degrees: NDArray[np.int_]) -> tuple[tuple[int, int], ...]:
    values, counts = np.unique(degrees, return_counts=True)
    return tuple(zip(values.tolist(), counts.tolist(), strict=True))
