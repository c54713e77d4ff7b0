"""Onset by arm: how many runs grokked, when, and how many were only watched until they ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mobius_core.analysis.figures import Figures, figures_of
from mobius_core.analysis.survival import Wait, median_wait
from mobius_core.metrics.onset import CLASSES, DIRECT, GROKKED, MEMORISED_ONLY, NOT_MEMORISED
from mobius_core.runs.run import Run, State


@dataclass(frozen=True, slots=True)
class Spread:
    """Optimiser steps until something happened, over the runs of an arm."""

    median: float | None
    """of Kaplan and Meier, who count the censored; None where too many are"""
    low: int | None
    """of those seen to happen, None without any"""
    high: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OnsetRow:
    """One arm. Classes add up to `n`; `n`, `failed` and `unfinished` to all its runs."""

    arm: str
    n: int
    """runs with a verdict"""
    grokked: int
    direct: int
    memorised_only: int
    not_memorised: int
    failed: int
    """ended without a verdict"""
    unfinished: int
    """still running or waiting"""
    memorised: Spread
    generalised: Spread
    delay: Spread
    """of the runs that memorised"""
    censored_at: tuple[int, ...]
    """steps at which watching ended, of runs that had not generalised, ascending"""


def onset_table(runs: Sequence[Run]) -> tuple[OnsetRow, ...]:
    """A row for each arm, in the order in which `runs` first names it."""
    several = len({run.trial.experiment for run in runs}) > 1
    by_arm: dict[str, list[Run]] = {}
    for run in runs:
        by_arm.setdefault(arm_name(run, several_experiments=several), []).append(run)
    return tuple(onset_row(arm, of_arm) for arm, of_arm in by_arm.items())


def arm_name(run: Run, *, several_experiments: bool) -> str:
    """The arm, with its experiment where there are several; that alone where it has no arms."""
    experiment, arm = run.trial.experiment, run.trial.arm
    if arm is None:
        return experiment
    return f"{experiment}/{arm}" if several_experiments else arm


def onset_row(arm: str, runs: Iterable[Run]) -> OnsetRow:
    runs = tuple(runs)
    judged = judged_runs(runs)
    classes = [figures.onset_class for figures in judged]
    over = sum(run.state.is_over for run in runs)
    return OnsetRow(
        arm=arm,
        n=len(judged),
        grokked=classes.count(GROKKED),
        direct=classes.count(DIRECT),
        memorised_only=classes.count(MEMORISED_ONLY),
        not_memorised=classes.count(NOT_MEMORISED),
        failed=over - len(judged),
        unfinished=len(runs) - over,
        memorised=spread(memorising(judged)),
        generalised=spread(generalising(judged)),
        delay=spread(delays(judged)),
        censored_at=tuple(sorted(one.censored_at for one in judged if one.censored_at is not None)),
    )


def judged_runs(runs: Iterable[Run]) -> list[Figures]:
    """Figures of the runs that are done and say what became of them."""
    found = [figures_of(run) for run in runs if run.state is State.DONE]
    return [figures for figures in found if figures.onset_class in CLASSES]


def memorising(judged: Iterable[Figures]) -> list[Wait]:
    """Steps to memorisation, censored at the end of a run that never did."""
    return [
        Wait(one.steps or 0, False) if one.memorised is None else Wait(one.memorised, True)
        for one in judged
    ]


def generalising(judged: Iterable[Figures]) -> list[Wait]:
    """Steps to generalisation, censored where watching ended."""
    return [
        Wait(one.censored_at or 0, False)
        if one.generalised is None
        else Wait(one.generalised, True)
        for one in judged
    ]


def delays(judged: Iterable[Figures]) -> list[Wait]:
    """Steps from memorisation to generalisation, of runs that memorised."""
    return [
        Wait((one.censored_at or 0) - one.memorised, False)
        if one.generalised is None
        else Wait(one.generalised - one.memorised, True)
        for one in judged
        if one.memorised is not None
    ]


def spread(waits: Sequence[Wait]) -> Spread:
    seen = [int(wait.time) for wait in waits if wait.came]
    return Spread(median_wait(waits), min(seen, default=None), max(seen, default=None))
