"""Curves of a table as lists, which compare with what a test writes down."""

from __future__ import annotations

from mobius_core.metrics.table import MetricsTable


def curve(table: MetricsTable, name: str) -> tuple[list[int], list[float]]:
    steps, values = table.series(name)
    return steps.tolist(), values.tolist()
