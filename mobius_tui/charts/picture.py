"""A chart as the bytes of a file, by the suffix of its name."""

from __future__ import annotations

from typing import Final

from mobius_tui.charts.export import LIGHT, Paper, as_csv, svg
from mobius_tui.charts.png import png
from mobius_tui.charts.view import ChartView

SUFFIXES: Final = (".svg", ".png", ".csv")


def picture(view: ChartView, title: str, suffix: str, *, paper: Paper = LIGHT) -> bytes:
    """What is seen, as SVG, PNG or CSV."""
    if suffix == ".png":
        return png(view, title, paper=paper)
    return (as_csv(view) if suffix == ".csv" else svg(view, title, paper=paper)).encode()
