"""Log-rank tests of two arms: stratified, and paired by seed.

N. Mantel, Evaluation of survival data and two new rank order statistics, Cancer Chemotherapy
Reports 50 (1966). The statistic is a sum of one score a run, the martingale residual
`came - cumulative hazard at its time`, which is what makes a paired version possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EXACT_UP_TO: Final = 18
"""Pairs whose 262,144 sign patterns are all counted; beyond, as many as `DRAWS` are drawn."""
DRAWS: Final = 99_999
TIED: Final = 1e-9
"""Sums of scores closer than this are equal but for rounding."""


@dataclass(frozen=True)
class Stratum:
    """Runs that differ in nothing but arm and seed."""

    time: Floats
    """(runs,) steps"""
    came: Flags
    """(runs,) False: watched until `time` only"""
    is_arm: Flags
    """(runs,) in the arm that is compared, not in its control"""


@dataclass(frozen=True)
class LogRank:
    """Of the arm: `observed` below `expected` means later than the control."""

    observed: float
    expected: float
    variance: float

    @property
    def z(self) -> float | None:
        return None if self.variance <= 0 else (self.observed - self.expected) / self.variance**0.5

    @property
    def p(self) -> float | None:
        """Two-sided, from the normal approximation; None where nothing can be compared."""
        return None if self.z is None else float(2 * stats.norm.sf(abs(self.z)))


def logrank(strata: Sequence[Stratum]) -> LogRank:
    """Observed and expected events and variances, added over the strata (Mantel 1966)."""
    observed = expected = variance = 0.0
    for stratum in strata:
        for moment in np.unique(stratum.time[stratum.came]):
            at_risk = stratum.time >= moment
            event = (stratum.time == moment) & stratum.came
            n, d = int(at_risk.sum()), int(event.sum())
            share = int((at_risk & stratum.is_arm).sum()) / n
            observed += int((event & stratum.is_arm).sum())
            expected += d * share
            if n > 1:
                variance += d * share * (1 - share) * (n - d) / (n - 1)
    return LogRank(observed, expected, variance)


def scores(time: Floats, came: Flags) -> Floats:
    """(runs,) what each run adds to observed minus expected; they sum to zero."""
    moments = np.unique(time[came])
    at_risk = (time[None, :] >= moments[:, None]).sum(axis=1)
    events = ((time[None, :] == moments[:, None]) & came[None, :]).sum(axis=1)
    passed = moments[None, :] <= time[:, None]
    hazard = (passed * (events / at_risk)[None, :]).sum(axis=1)
    return np.asarray(came - hazard, dtype=np.float64)


def paired_differences(pairs: Sequence[Stratum]) -> Floats:
    """(pairs,) score of the arm minus that of the control.

    In each stratum the runs are arm, control, arm, control, …: the two of a pair are neighbours.
    """
    found = []
    for stratum in pairs:
        of_run = scores(stratum.time, stratum.came)
        found.append(of_run[0::2] - of_run[1::2])
    return np.concatenate(found) if found else np.zeros(0)


def sign_flip_p(differences: Floats, seed: int) -> float | None:
    """Two-sided p of the sum, when under the null each difference could as well be negated.

    That holds exactly where the two runs of a pair are exchangeable, whatever they share: split,
    order and base weights of one seed. Exact up to 18 pairs that differ, else by random signs.
    """
    moved = differences[np.abs(differences) > TIED]
    if len(differences) == 0:
        return None
    if len(moved) == 0:
        return 1.0
    reached = abs(float(moved.sum())) - TIED
    if len(moved) <= EXACT_UP_TO:
        sums = np.zeros(1)
        for difference in moved:
            sums = np.concatenate((sums + difference, sums - difference))
        return float((np.abs(sums) >= reached).mean())
    draw = np.random.default_rng(seed)
    signs = draw.integers(0, 2, size=(DRAWS, len(moved)), dtype=np.int8).astype(np.float64) * 2 - 1
    sums = signs @ moved
    return float((1 + (np.abs(sums) >= reached).sum()) / (1 + DRAWS))


def holm(p_values: Sequence[float | None], planned: int) -> list[float | None]:
    """Adjusted p-values (S. Holm 1979), in the order given.

    A planned test without a p-value counts as one, at the least favourable place: the last.
    """
    order = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, i) in enumerate(order):
        largest = max(largest, min(1.0, p * (planned - rank)))
        adjusted[i] = largest
    return adjusted
