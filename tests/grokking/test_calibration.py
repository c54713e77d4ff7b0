"""A/A sweeps: where arms differ in nothing, p-values must be uniform."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from mobius_core.analysis.comparison import PAIRED, UNPAIRED, compare
from mobius_core.analysis.question import Observed
from mobius_core.analysis.survival import Wait

SWEEPS = 200
CELLS = (("train.lr=0.02", 300.0), ("train.lr=0.01", 600.0))


def sweep(rng: np.random.Generator, seeds: int, *, paired: bool) -> list[Observed]:
    """Two equal arms in two cells: log-normal times on a grid of 10 steps, a part of their spread
    shared by the runs of a seed; watched for at most 800 steps, so that some never generalise."""
    runs = []
    for cell, pace in CELLS:
        of_seed = rng.normal(0, 0.2, seeds)
        for number, arm in enumerate(("prime", "shuffled")):
            own = rng.normal(0, 0.2, seeds)
            times = 10 * np.ceil(pace * np.exp((of_seed if paired else 0) + own) / 10)
            for seed, time in enumerate(times):
                name = seed if paired else seed + number * seeds
                wait = Wait(min(float(time), 800.0), bool(time <= 800))
                runs.append(Observed(arm, cell, name, wait, Wait(wait.time - 100, wait.came)))
    return runs


def p_values(draw: Callable[[np.random.Generator], list[Observed]]) -> tuple[list[float], set[str]]:
    rng = np.random.default_rng(11)
    found = [compare(draw(rng), "prime", "shuffled", seed=1) for _ in range(SWEEPS)]
    return [math.nan if one.p is None else one.p for one in found], {one.test for one in found}


@pytest.mark.parametrize(("paired", "test"), [(True, PAIRED), (False, UNPAIRED)])
def test_p_values_of_equal_arms_are_uniform(paired: bool, test: str) -> None:
    found, tests = p_values(lambda rng: sweep(rng, 8, paired=paired))
    assert tests == {test}
    assert stats.kstest(found, "uniform").pvalue > 0.05
    assert 0.01 <= np.mean(np.array(found) < 0.05) <= 0.09


@pytest.mark.slow
def test_ignoring_that_seeds_are_shared_is_not_calibrated() -> None:
    """Why there is a paired test: the plain log-rank of the same sweeps almost never finds p < .05,
    because half of the variance that it reckons with is the same in both arms."""
    rng = np.random.default_rng(11)
    found = []
    for _ in range(SWEEPS):
        one = compare(sweep(rng, 8, paired=True), "prime", "shuffled", seed=1)
        assert one.logrank.p is not None
        found.append(one.logrank.p)
    assert stats.kstest(found, "uniform").pvalue < 0.01
    assert np.mean(np.array(found) < 0.05) < 0.03
