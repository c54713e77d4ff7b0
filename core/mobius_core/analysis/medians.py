"""Medians that count the censored: their confidence bands, and ratios by bootstrap."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mobius_core.analysis.logrank import Flags, Floats, Stratum
from mobius_core.analysis.survival import Wait, kaplan_meier, median_wait

RESAMPLES: Final = 4000
"""The ends of an interval then wander by 2 % of its width from seed to seed."""
LEAST: Final = 4
"""Runs of each arm below which an interval would promise what so few cannot keep."""
LEVEL: Final = 0.95
ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Band:
    """One step of a survival curve: `share` from `time` on, with its log-log band."""

    time: float
    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True)
class Estimate:
    """None where censoring hides it, or leaves it without a bound on that side."""

    value: float | None
    low: float | None
    high: float | None


def bands(waits: Sequence[Wait]) -> tuple[Band, ...]:
    """Kaplan and Meier's curve with Greenwood's variance on the log-log scale, 95 %.

    At a share of 1 or 0 that band does not exist: it is 0 to 1 there.
    """
    drops = kaplan_meier(waits)
    if not drops:
        return ()
    sample = stats.CensoredData.right_censored(
        [wait.time for wait in waits], [not wait.came for wait in waits]
    )
    curve = stats.ecdf(sample).sf
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The confidence interval is undefined", RuntimeWarning)
        interval = curve.confidence_interval(confidence_level=LEVEL, method="log-log")
    times = np.asarray(curve.quantiles)
    found = []
    for drop in drops:
        at = int(np.searchsorted(times, drop.time))
        low, high = interval.low.probabilities[at], interval.high.probabilities[at]
        found.append(
            Band(
                drop.time,
                drop.share,
                float(low) if np.isfinite(low) else 0.0,
                float(high) if np.isfinite(high) else 1.0,
                drop.at_risk,
            )
        )
    return tuple(found)


def median(waits: Sequence[Wait]) -> Estimate:
    """With the times at which the band's ends pass one half (R. Brookmeyer, J. Crowley 1982)."""
    curve = bands(waits)
    return Estimate(
        median_wait(waits),
        next((step.time for step in curve if step.low <= 0.5), None),
        next((step.time for step in curve if step.high <= 0.5), None),
    )


def ratio(strata: Sequence[Stratum], *, paired: bool, seed: int) -> Estimate:
    """Median of the arm over that of its control, geometric mean over the strata.

    The interval is by percentiles of a bootstrap that draws seeds within each stratum: pairs of
    runs where they are paired (arm, control, arm, control, …), else each arm by itself.
    """
    draw = np.random.default_rng(seed)
    logs = np.array([log_ratio(stratum, ones(stratum)) for stratum in strata])
    value = mean_log(logs)
    arms = sum(int(stratum.is_arm.sum()) for stratum in strata)
    if min(arms, sum(len(stratum.time) for stratum in strata) - arms) < LEAST:
        return Estimate(finite_exp(value), None, None)
    drawn = np.array([log_ratio(one, resampled(one, draw, paired=paired)) for one in strata])
    sampled = mean_log(drawn)
    known = sampled[~np.isnan(sampled)]
    if len(known) < RESAMPLES / 2:
        return Estimate(finite_exp(value), None, None)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(known, [tail, 1 - tail], method="inverted_cdf")
    return Estimate(finite_exp(value), finite_exp(low), finite_exp(high))


def mean_log(logs: Floats) -> Floats:
    """Over the strata that know a ratio; nan where none does, or where they contradict."""
    if logs.size == 0:
        return np.full(1, np.nan)
    known = ~np.isnan(logs)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, logs, 0.0).sum(axis=0) / count, dtype=np.float64)


def finite_exp(log: Floats | np.float64) -> float | None:
    found = float(np.exp(np.ravel(log)[0]))
    return found if np.isfinite(found) and found > 0 else None


def ones(stratum: Stratum) -> NDArray[np.int64]:
    return np.ones((1, len(stratum.time)), dtype=np.int64)


def resampled(stratum: Stratum, draw: np.random.Generator, *, paired: bool) -> NDArray[np.int64]:
    """(RESAMPLES, runs): how often each run was drawn."""
    runs = len(stratum.time)
    counts = np.zeros((RESAMPLES, runs), dtype=np.int64)
    if paired:
        pairs = runs // 2
        counts[:, 0::2] = draw.multinomial(pairs, np.full(pairs, 1 / pairs), size=RESAMPLES)
        counts[:, 1::2] = counts[:, 0::2]
        return counts
    for side in (stratum.is_arm, ~stratum.is_arm):
        n = int(side.sum())
        counts[:, side] = draw.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    return counts


def log_ratio(stratum: Stratum, counts: NDArray[np.int64]) -> Floats:
    """(resamples,) of the two medians; +-inf where one of them is hidden, nan where both are."""
    arm, control = (
        medians(stratum.time[side], stratum.came[side], counts[:, side])
        for side in (stratum.is_arm, ~stratum.is_arm)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.log(arm) - np.log(control), dtype=np.float64)


def medians(time: Floats, came: Flags, counts: NDArray[np.int64]) -> Floats:
    """(resamples,) the median of `analysis.survival.median_wait` where run i is there counts[:, i]
    times; inf where censoring hides it."""
    moments, place = np.unique(time, return_inverse=True)
    at = np.zeros((len(time), len(moments)))
    at[np.arange(len(time)), place] = 1.0
    drawn = counts.astype(np.float64)  # products of integers bypass BLAS and take ten times as long
    watched = drawn @ at
    events = drawn @ (at * came[:, None])
    at_risk = watched[:, ::-1].cumsum(axis=1)[:, ::-1]
    share = np.cumprod(1 - events / np.maximum(at_risk, 1), axis=1)
    reached = first(share <= 0.5 + ROUNDING)
    passed = first(share < 0.5 - ROUNDING)
    padded = np.append(moments, np.inf)
    return np.asarray((padded[reached] + padded[passed]) / 2, dtype=np.float64)


def first(true: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(rows,) column of the first True of each row; their number where there is none."""
    found = np.where(true.any(axis=1), true.argmax(axis=1), true.shape[1])
    return np.asarray(found, dtype=np.int64)
