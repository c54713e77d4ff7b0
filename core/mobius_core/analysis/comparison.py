"""One arm against its control: test, ratio of medians, seeds that a finer answer would need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mobius_core.analysis import medians
from mobius_core.analysis.logrank import LogRank, Stratum, logrank, paired_differences, sign_flip_p
from mobius_core.analysis.medians import Estimate
from mobius_core.analysis.power import LEAST_PAIRS, seeds_needed
from mobius_core.analysis.question import Observed
from mobius_core.analysis.survival import Wait

PAIRED: Final = "paired by seed"
UNPAIRED: Final = "unpaired"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is known of one planned pair of arms, before the correction for their number."""

    arm: str
    control: str
    test: str
    """PAIRED or UNPAIRED: decided by which runs there are, never by what came out of them"""
    n: int
    n_control: int
    """runs of the two arms that the test uses"""
    left_out: int
    """runs with a verdict and without a partner"""
    strata: int
    logrank: LogRank
    """of the same runs, stratified by axes, as if seeds were not shared"""
    p: float | None
    """of the test named; None where no run generalised"""
    ratio: Estimate
    """of the median steps to generalisation"""
    delay_ratio: Estimate
    """of the median delays, of runs that memorised"""
    seeds: int
    """of a cell, the smallest number there is"""
    seeds_needed: int | None


def compare(runs: Sequence[Observed], arm: str, control: str, *, seed: int) -> Comparison:
    """Steps to generalisation of `arm` against `control`, within cells of equal axes."""
    pairs, alone = partners(runs, arm, control)
    paired = len(pairs) > 0 and (alone == [] or len(pairs) >= LEAST_PAIRS)
    used = [run for pair in pairs for run in pair]
    if not paired:
        used += alone
    strata = strata_of(used, arm, lambda run: run.generalised)
    delays = strata_of(delayed(pairs if paired else [(run,) for run in used]), arm, delay_of)
    whole = logrank(strata)
    p = None
    if any(stratum.came.any() for stratum in strata):
        p = sign_flip_p(paired_differences(strata), seed) if paired else unpaired_p(whole)
    return Comparison(
        arm=arm,
        control=control,
        test=PAIRED if paired else UNPAIRED,
        n=sum(run.arm == arm for run in used),
        n_control=sum(run.arm == control for run in used),
        left_out=len(alone) if paired else 0,
        strata=len(strata),
        logrank=whole,
        p=p,
        ratio=medians.ratio(strata, paired=paired, seed=seed),
        delay_ratio=medians.ratio(delays, paired=paired, seed=seed),
        seeds=min((fewest(stratum) for stratum in strata), default=0),
        seeds_needed=seeds_needed(strata, paired=paired),
    )


def unpaired_p(found: LogRank) -> float:
    """1 where all events are tied: then observed is as expected, without any variance."""
    return 1.0 if found.p is None else found.p


def partners(
    runs: Iterable[Observed], arm: str, control: str
) -> tuple[list[tuple[Observed, Observed]], list[Observed]]:
    """(arm, control) runs of one cell and seed, and those that have no partner."""
    found: dict[tuple[str, int], dict[str, Observed]] = defaultdict(dict)
    for run in runs:
        if run.arm in (arm, control):
            found[run.cell, run.seed][run.arm] = run
    pairs = [(two[arm], two[control]) for two in found.values() if len(two) == 2]
    alone = [run for two in found.values() if len(two) == 1 for run in two.values()]
    return pairs, alone


def delayed(groups: Iterable[Sequence[Observed]]) -> list[Observed]:
    """The runs of those groups (pairs, or runs alone) in which every run memorised."""
    return [run for group in groups if all(one.delay for one in group) for run in group]


def delay_of(run: Observed) -> Wait:
    assert run.delay is not None
    return run.delay


def strata_of(
    runs: Iterable[Observed], arm: str, wait_of: Callable[[Observed], Wait]
) -> tuple[Stratum, ...]:
    """Runs by cell, in their order; only cells in which both arms have some."""
    cells: dict[str, list[Observed]] = defaultdict(list)
    for run in runs:
        cells[run.cell].append(run)
    found = []
    for of_cell in cells.values():
        waits = [wait_of(run) for run in of_cell]
        is_arm = np.array([run.arm == arm for run in of_cell])
        if is_arm.any() and not is_arm.all():
            time = np.array([wait.time for wait in waits], dtype=np.float64)
            found.append(Stratum(time, np.array([wait.came for wait in waits]), is_arm))
    return tuple(found)


def fewest(stratum: Stratum) -> int:
    arms = int(stratum.is_arm.sum())
    return min(arms, len(stratum.is_arm) - arms)
