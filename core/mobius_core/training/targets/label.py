"""The second column of a file: any whole numbers, each value a class."""

from __future__ import annotations

from typing import Final

import numpy as np

from mobius_core.data.open import DataSet
from mobius_core.errors import UsageError
from mobius_core.training.targets.target import Target, positions

MOST: Final = 1000
"""Values; more are hardly classes."""


def target(data: DataSet) -> Target:
    """UsageError for a file with more than MOST different labels, or with one only."""
    values = tuple(np.unique(data.column("label")).tolist())
    if not 2 <= len(values) <= MOST:
        raise UsageError(
            f"data.{data.manifest.name} has {len(values):,} different labels; "
            f"a target has 2 to {MOST:,} classes"
        )
    return Target("label", values, "label", positions(values))
