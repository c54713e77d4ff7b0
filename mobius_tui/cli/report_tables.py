"""A report as tables and as a document."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rich.table import Table

from mobius_core.analysis.corruption_report import CorruptedReport
from mobius_core.analysis.report import CellReport, Estimate, share_error
from mobius_core.config.check import to_json
from mobius_core.config.trial import Json
from mobius_tui.cli import output

OF_CLASS: Final = "test_acc_"
"""Published metrics begin so that are of one class."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    name: str
    title: str
    cells: tuple[CellReport, ...]
    corrupted: tuple[CorruptedReport, ...]
    cautions: tuple[str, ...]


def document(page: Page) -> dict[str, Json]:
    """For --json: fractions and nats; an estimate is {value, se, runs}."""
    return {
        "report": page.name,
        "title": page.title,
        "complete": all(cell.done == cell.planned for cell in (*page.cells, *page.corrupted)),
        "cells": [json_of(cell) for cell in page.cells],
        "corrupted": [json_of(one) for one in page.corrupted],
        "cautions": list(page.cautions),
    }


def json_of(row: CellReport | CorruptedReport) -> dict[str, Json]:
    return {field.name: value_json(getattr(row, field.name)) for field in dataclasses.fields(row)}


def value_json(value: object) -> Json:
    if isinstance(value, Estimate):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(name): value_json(item) for name, item in value.items()}
    return to_json(value)


def show(page: Page) -> None:
    if page.cells:
        output.draw(cells_table(page))
    by_network: dict[str, list[CorruptedReport]] = {}
    for one in page.corrupted:
        by_network.setdefault(one.cell, []).append(one)
    for cell, rows in by_network.items():
        output.draw(corrupted_table(cell, rows))
    for caution in page.cautions:
        output.say(caution)


def cells_table(page: Page) -> Table:
    """A line a cell, and one under it for each published source."""
    table = Table(
        title=page.title or page.name,
        title_justify="left",
        caption="± standard error: of one run over its test rows, of several between seeds; gap "
        "and excess: ours less the divisibility oracle on the same rows; of the last step, and "
        "the best of all evaluations, which is chosen on the test rows",
        caption_justify="left",
    )
    table.add_column("", no_wrap=True)
    for name in ("done", "accuracy", "best", "oracle", "gap", "cross-entropy", "oracle", "excess"):
        table.add_column(name, justify="right", no_wrap=True)
    for cell in page.cells:
        table.add_row(
            cell.name,
            f"{cell.done} of {cell.planned}",
            share(cell.accuracy),
            per_cent(cell.best),
            per_cent(cell.oracle_accuracy),
            points(cell.gap),
            nats(cell.cross_entropy),
            number(cell.oracle_cross_entropy),
            nats(cell.loss_gap, sign=True),
        )
        for source, figures in cell.published.items():
            table.add_row(
                f"  {source}",
                "",
                share(published_share(figures)),
                per_cent(figures.get("best_acc")),
                "",
                "",
                number(figures.get("test_loss")),
            )
    return table


def published_share(figures: Mapping[str, float]) -> Estimate | None:
    """With the error of the rows that it was measured on, where the reference says how many."""
    value = figures.get("test_acc")
    return None if value is None else Estimate(value, share_error(value, figures.get("rows")), 1)


def corrupted_table(cell: str, rows: Sequence[CorruptedReport]) -> Table:
    """A line for each corruption: ours, published, and the ideal predictor on the same rows."""
    sources = with_figure(rows, "test_acc")
    lost_by = with_figure(rows, "test_loss")
    classes = unique(value for row in rows for value in classes_of(row))
    table = Table(
        title=f"{rows[0].experiment} on corrupted inputs ({cell})",
        title_justify="left",
        caption="ideal: knows which primes divide n and takes the corrupted residues for true; "
        "of a class the share of its rows that are right, published in brackets",
        caption_justify="left",
    )
    table.add_column("inputs", no_wrap=True)
    for heading in ("done", "accuracy", *sources, "ideal", "nats", *lost_by, "ideal"):
        table.add_column(heading, justify="right")
    for value in classes:
        table.add_column(f"class {value}", justify="right")
    for row in rows:
        table.add_row(
            row.inputs,
            f"{row.done} of {row.planned}",
            share(row.accuracy),
            *(per_cent(row.published.get(source, {}).get("test_acc")) for source in sources),
            per_cent(row.ideal_accuracy),
            nats(row.cross_entropy),
            *(number(row.published.get(source, {}).get("test_loss")) for source in lost_by),
            number(row.ideal_cross_entropy),
            *(class_cell(row, value) for value in classes),
        )
    return table


def classes_of(row: CorruptedReport) -> list[str]:
    """Values of the target: of ours first, then of the published."""
    published = [
        name.removeprefix(OF_CLASS)
        for figures in row.published.values()
        for name in figures
        if name.startswith(OF_CLASS)
    ]
    return [*row.classes, *published]


def class_cell(row: CorruptedReport, value: str) -> str:
    ours = row.classes.get(value)
    theirs = [
        f"{100 * figures[OF_CLASS + value]:.2f}"
        for figures in row.published.values()
        if OF_CLASS + value in figures
    ]
    said = "" if ours is None else f"{100 * ours.value:.2f}"
    return f"{said} ({', '.join(theirs)})" if theirs else said


def with_figure(rows: Iterable[CorruptedReport], name: str) -> list[str]:
    """Sources that have this figure of some row."""
    return unique(
        source for row in rows for source, figures in row.published.items() if name in figures
    )


def unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def share(one: Estimate | None) -> str:
    if one is None:
        return ""
    return f"{100 * one.value:.2f}{spread(one.error, 100, 2)} %"


def points(one: Estimate | None) -> str:
    if one is None:
        return ""
    return f"{100 * one.value:+.2f}{spread(one.error, 100, 2)} pt"


def nats(one: Estimate | None, *, sign: bool = False) -> str:
    if one is None:
        return ""
    return f"{one.value:{'+' if sign else ''}.4f}{spread(one.error, 1, 4)}"


def spread(error: float | None, scale: float, digits: int) -> str:
    return "" if error is None else f" ± {scale * error:.{digits}f}"


def per_cent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f} %"


def number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
