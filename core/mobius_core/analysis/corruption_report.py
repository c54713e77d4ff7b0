"""The study of corrupted inputs: trained networks, the published ones, and the ideal predictor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mobius_core.analysis.report import Asked, Estimate, accuracy, counts, estimate, finished, mean
from mobius_core.analysis.sides import cell_of
from mobius_core.config.experiment import Experiment
from mobius_core.config.trial import Json, Trial

TRUE: Final = "true"
"""The inputs as they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CorruptedReport:
    """One cell of trained networks on inputs corrupted in one way. Fractions and nats."""

    experiment: str
    """that was trained"""
    cell: str
    inputs: str
    """as `eval.corrupt` names them, or `true`"""
    planned: int
    done: int
    accuracy: Estimate | None
    cross_entropy: Estimate | None
    classes: Mapping[str, Estimate]
    """by value of the target: the share of its rows that are right"""
    ideal_accuracy: float | None
    """of the oracle that takes the corrupted residues for true, on the same rows"""
    ideal_cross_entropy: float | None
    published: Mapping[str, Mapping[str, float]]
    """source -> test_acc, test_loss, test_acc_VALUE"""


def corrupted(experiment: Experiment, asked: Sequence[Asked]) -> tuple[CorruptedReport, ...]:
    """Of an eval experiment, or of one that evaluates corrupted inputs at its end."""
    cells: dict[tuple[str, str], list[Asked]] = {}
    for trial, run in asked:
        cells.setdefault((trained(trial), cell_of(trial).rstrip("/")), []).append((trial, run))
    return tuple(
        row
        for (name, cell), of_cell in cells.items()
        for row in rows(experiment, name, cell, of_cell)
    )


def trained(trial: Trial) -> str:
    """The experiment whose network is evaluated."""
    of = trial.tables.get("trial")
    name = of.get("name") if isinstance(of, dict) else None
    return name.partition("/")[0] if isinstance(name, str) else trial.experiment


def rows(
    experiment: Experiment, name: str, cell: str, asked: Sequence[Asked]
) -> Iterator[CorruptedReport]:
    results = finished(asked)
    count = counts(asked)
    table = asked[0][0].tables.get("eval")
    words = table.get("corrupt") if isinstance(table, dict) else None
    if not isinstance(words, list) or not words:
        return
    for word in (TRUE, *map(str, words)):
        found = [one for result in results if (one := entry(result, word)) is not None]
        yield CorruptedReport(
            experiment=name,
            cell=cell,
            inputs=word,
            planned=count.planned,
            done=len(found),
            accuracy=accuracy(found),
            cross_entropy=estimate(found, "test_loss"),
            classes=classes(found),
            ideal_accuracy=mean(found, "oracle_acc"),
            ideal_cross_entropy=mean(found, "oracle_loss"),
            published=published(experiment, name, word),
        )


def entry(result: Mapping[str, Json], word: str) -> Mapping[str, Json] | None:
    """What a result says of one corruption; None where these inputs did not allow it."""
    if word == TRUE:
        return result
    entries = result.get("corrupt")
    for one in entries if isinstance(entries, list) else ():
        if isinstance(one, dict) and one.get("inputs") == word:
            return {"rows": result.get("rows"), **one}
    return None


def classes(results: Sequence[Mapping[str, Json]]) -> dict[str, Estimate]:
    found: dict[str, list[Mapping[str, Json]]] = {}
    for result in results:
        by_class = result.get("classes")
        for one in by_class if isinstance(by_class, list) else ():
            if isinstance(one, dict):
                figures: Mapping[str, Json] = {"test_acc": one.get("accuracy"), **one}
                found.setdefault(str(one.get("value")), []).append(figures)
    estimates = {value: accuracy(of_class) for value, of_class in found.items()}
    return {value: one for value, one in estimates.items() if one is not None}


def published(experiment: Experiment, name: str, word: str) -> dict[str, dict[str, float]]:
    """The experiment's reference for this network and these inputs, by source."""
    found = {}
    for source, of_source in experiment.reference.items():
        of_trained = of_source.get(name)
        if not isinstance(of_trained, Mapping):
            continue
        figures: dict[str, float] = {}
        for metric, value in of_trained.items():
            if isinstance(value, Mapping):
                if word in value:
                    figures[metric] = value[word]
            elif word == TRUE:
                figures[metric] = value
        if figures:
            found[source] = figures
    return found
