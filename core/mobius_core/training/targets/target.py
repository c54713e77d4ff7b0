"""What is to be predicted of n: which column of a data set, and which class each value is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mobius_core.data.open import DataSet
from mobius_core.numbers import oracle
from mobius_core.resolve import resolve
from mobius_core.training.registry import TARGETS

Labels = NDArray[np.int64]
Column = NDArray[np.integer]


@dataclass(frozen=True)
class Target:
    name: str
    values: tuple[int, ...]
    """one a class, ascending"""
    column: str
    """the column that tells it (`data.columns`)"""
    classes: Callable[[Column], Labels]
    """values of that column -> class indices (rows,)"""
    oracle: oracle.Target | None = None
    """which divisibility oracle judges it; None where no closed form is known"""


Maker = Callable[[DataSet], Target]
"""What the registry names: the target as it is on this data set."""


def target_of(name: str, data: DataSet) -> Target:
    return cast(Maker, resolve(TARGETS[name].target))(data)


def positions(values: tuple[int, ...]) -> Callable[[Column], Labels]:
    """Class indices of values that are all among `values`."""
    sorted_ = np.array(values)
    return lambda column: np.searchsorted(sorted_, column)
