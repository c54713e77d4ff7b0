"""How many seeds a comparison would need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import stats

from mobius_core.analysis.logrank import Stratum

EFFECT: Final = 1.10
"""The ratio of times that should be seen."""
CHANCE: Final = 0.8
"""Power: how often it is then seen."""
LEVEL: Final = 0.05
EFFICIENCY: Final = 0.816
"""Of log-rank scores beside a t-test on log-normal times (Pitman)."""
LEAST_PAIRS: Final = 6
"""Five pairs have 32 sign patterns, and 2/32 is no small p-value."""


def seeds_needed(strata: Sequence[Stratum], *, paired: bool) -> int | None:
    """Seeds in each stratum to see a ratio of 1.1 with p < .05 in four of five sweeps.

    From the spread of the logarithms of the times seen so far, pairs or arms by themselves; None
    with fewer than three of them beyond the means taken out. One test, without Holm's correction.
    """
    squares, freedom = 0.0, 0
    for stratum in strata:
        for values in samples(stratum, paired=paired):
            if len(values) > 1:
                squares += float(np.square(values - values.mean()).sum())
                freedom += len(values) - 1
    if freedom < 2 or not strata:
        return None
    deviations = float(stats.norm.isf(LEVEL / 2) + stats.norm.ppf(CHANCE))
    variance = squares / freedom * (1 if paired else 2)
    needed = variance * (deviations / math.log(EFFECT)) ** 2 / EFFICIENCY
    return math.ceil(max(needed, LEAST_PAIRS) / len(strata))


def samples(stratum: Stratum, *, paired: bool) -> list[np.typing.NDArray[np.float64]]:
    """Logarithms of times that came: differences of pairs, or one array an arm."""
    came = stratum.came & (stratum.time > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(stratum.time)
    if paired:
        both = came[0::2] & came[1::2]
        return [(logs[0::2] - logs[1::2])[both]]
    return [logs[came & side] for side in (stratum.is_arm, ~stratum.is_arm)]
