"""`w`: what a table, a chart or a text shows, as a file that other programs read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from textual.screen import Screen
from textual.widget import Widget

from mobius_core.errors import Refused, UsageError, WorkFailed
from mobius_core.metrics.visible import visible
from mobius_tui.charts.export import DARK, LIGHT
from mobius_tui.charts.picture import picture
from mobius_tui.widgets.chart import Chart
from mobius_tui.widgets.styled import plain
from mobius_tui.widgets.table import Table
from mobius_tui.widgets.words import Words

OF_TABLES: Final = (".csv", ".md")
OF_CHARTS: Final = (".svg", ".png", ".csv")
OF_TEXTS: Final = (".txt",)


def writable(screen: Screen[Any]) -> Widget | None:
    """What has the focus, else the first thing on the screen that can be written."""
    focused = screen.focused
    if focused is not None and formats(focused):
        return focused
    return next((widget for widget in screen.query("Table, Chart, Words") if widget.display), None)


def formats(widget: Widget) -> tuple[str, ...]:
    """Suffixes of the files that a widget can be written to, the usual one first."""
    if isinstance(widget, Table):
        return OF_TABLES
    if isinstance(widget, Chart):
        return OF_CHARTS
    return OF_TEXTS if isinstance(widget, Words) else ()


def write(widget: Widget, words: str) -> Path:
    """Write it to the file that was named; its full path. UsageError for a suffix that is not one
    of its formats, Refused where something is there already, WorkFailed where it cannot be."""
    path = Path(words.strip()).expanduser().absolute()
    allowed = formats(widget)
    if path.suffix not in allowed:
        raise UsageError(f"{path.name}: this is written as {', '.join(allowed)}")
    if path.exists():
        raise Refused(f"{path} is there already; w again, with another name")
    try:
        path.write_bytes(content_of(widget, path.suffix))
    except OSError as error:
        raise WorkFailed(f"cannot write {path}: {error.strerror}") from error
    return path


def content_of(widget: Widget, suffix: str) -> bytes:
    if isinstance(widget, Chart):
        paper = DARK if widget.app.current_theme.dark else LIGHT
        return picture(widget.view, title_of(widget), suffix, paper=paper)
    return text_of(widget, suffix).encode()


def title_of(chart: Chart) -> str:
    """The metric, where all lines are of one."""
    names = {series.name for series in chart.view.series}
    return names.pop() if len(names) == 1 else ""


def text_of(widget: Widget, suffix: str) -> str:
    if isinstance(widget, Table):
        return as_csv(widget.texts()) if suffix == ".csv" else as_markdown(widget.texts())
    assert isinstance(widget, Words)
    return "\n".join(visible(plain(line)).rstrip() for line in widget.lines) + "\n"


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table of GitHub's Markdown; a bar in a cell would end it."""
    first, *rest = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    lines = [first, ["---"] * len(first), *rest]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
