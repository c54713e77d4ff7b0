"""The columns of a data set: functions of n that stand beside it or are found for rows made on the
fly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mobius_core.data.sample import mobius

Numbers = NDArray[np.uint64]
Column = NDArray[np.integer]

BUILT: Final = ("mu",)
"""Beside n in every data set."""
TYPES: Final[dict[str, DTypeLike]] = {"mu": np.int8, "label": np.int64}

OF_NUMBERS: Final[dict[str, Callable[[Numbers], Column]]] = {"mu": mobius}
"""Columns that n alone decides; a label is what its file says."""
