"""What a report shows: cells of its experiments beside what was published of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mobius_core.analysis.figures import number
from mobius_core.analysis.sides import cell_of
from mobius_core.config.experiment import Experiment
from mobius_core.config.trial import Json, Trial
from mobius_core.runs.run import Run, State

Asked = tuple[Trial, Run | None]
"""A trial of the present expansion, with the run that speaks for it."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its standard error: over the test rows of one run, over seeds of several."""

    value: float
    error: float | None
    runs: int

    def to_json(self) -> dict[str, Json]:
        return {"value": self.value, "se": self.error, "runs": self.runs}


@dataclass(frozen=True, kw_only=True, slots=True)
class CellReport:
    """The trials of an experiment that differ by seed only. Fractions and nats; of the last step,
    as the best one would be chosen on the test rows."""

    experiment: str
    name: str
    planned: int
    done: int
    failed: int
    accuracy: Estimate | None
    cross_entropy: Estimate | None
    oracle_accuracy: float | None
    """of the divisibility oracle on the same rows"""
    oracle_cross_entropy: float | None
    gap: Estimate | None
    """accuracy less the oracle's, paired by row"""
    loss_gap: Estimate | None
    best: float | None
    """best accuracy of any evaluation: flattered, for comparison with published best ones"""
    rows: int | None
    steps: int | None
    published: Mapping[str, Mapping[str, float]]
    """source -> metric -> value"""


@dataclass(frozen=True, slots=True)
class Counts:
    planned: int
    done: int
    failed: int


def cells(experiment: Experiment, asked: Sequence[Asked]) -> tuple[CellReport, ...]:
    """One entry a cell, in the order of the expansion."""
    published = {
        source: {name: value for name, value in figures.items() if isinstance(value, (int, float))}
        for source, figures in experiment.reference.items()
    }
    return tuple(
        cell_report(experiment.name, name, of_cell, published)
        for name, of_cell in by_cell(asked).items()
    )


def by_cell(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    found: dict[str, list[Asked]] = {}
    for trial, run in asked:
        found.setdefault(cell_of(trial).rstrip("/"), []).append((trial, run))
    return found


def cell_report(
    experiment: str, name: str, asked: Sequence[Asked], published: Mapping[str, Mapping[str, float]]
) -> CellReport:
    results = finished(asked)
    count = counts(asked)
    rows = [value for one in results if (value := number(one, "rows")) is not None]
    steps = [value for one in results if (value := number(one, "step")) is not None]
    return CellReport(
        experiment=experiment,
        name=name,
        planned=count.planned,
        done=count.done,
        failed=count.failed,
        accuracy=accuracy(results),
        cross_entropy=estimate(results, "test_loss"),
        oracle_accuracy=mean(results, "oracle_acc"),
        oracle_cross_entropy=mean(results, "oracle_loss"),
        gap=estimate(results, "gap", "gap_se"),
        loss_gap=estimate(results, "loss_gap", "loss_gap_se"),
        best=best(results),
        rows=int(min(rows)) if rows else None,
        steps=int(max(steps)) if steps else None,
        published=published,
    )


def finished(asked: Iterable[Asked]) -> list[Mapping[str, Json]]:
    """What came out of the trials that are done."""
    return [run.result or {} for _, run in asked if run is not None and run.state is State.DONE]


def counts(asked: Iterable[Asked]) -> Counts:
    asked = tuple(asked)
    runs = [run for _, run in asked if run is not None]
    done = sum(run.state is State.DONE for run in runs)
    over = sum(run.state.is_over for run in runs)
    return Counts(planned=len(asked), done=done, failed=over - done)


def estimate(
    results: Sequence[Mapping[str, Json]], name: str, error: str | None = None
) -> Estimate | None:
    """The mean of a figure; its error is that of a single run's `error`, or that between seeds,
    which all look at the same test rows. None where no run has it."""
    values = [value for one in results if (value := number(one, name)) is not None]
    if not values:
        return None
    if len(values) == 1:
        return Estimate(values[0], number(results[0], error) if error else None, 1)
    middle = math.fsum(values) / len(values)
    spread = math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)
    return Estimate(middle, math.sqrt(spread / len(values)), len(values))


def accuracy(results: Sequence[Mapping[str, Json]]) -> Estimate | None:
    found = estimate(results, "test_acc")
    if found is None or found.runs > 1:
        return found
    rows = next((value for one in results if (value := number(one, "rows"))), None)
    return Estimate(found.value, share_error(found.value, rows), 1)


def share_error(share: float, rows: float | None) -> float | None:
    """Standard error of a share of so many independent rows; None where they are not known."""
    return math.sqrt(share * (1 - share) / rows) if rows and 0 <= share <= 1 else None


def mean(results: Sequence[Mapping[str, Json]], name: str) -> float | None:
    found = estimate(results, name)
    return found.value if found else None


def best(results: Sequence[Mapping[str, Json]]) -> float | None:
    found = []
    for one in results:
        of_run = one.get("best")
        if isinstance(of_run, dict) and (value := number(of_run, "test_acc")) is not None:
            found.append(value)
    return max(found, default=None)
