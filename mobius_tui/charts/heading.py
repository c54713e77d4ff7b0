"""The line above a plot: what is drawn, and how it is looked at."""

from __future__ import annotations

from mobius_tui.charts.ink import PLAIN, Ink, Line, Piece, Role
from mobius_tui.charts.ticks import short
from mobius_tui.charts.view import ChartView

TITLE = Ink(Role.TITLE)
LABEL = Ink(Role.LABEL)


def heading(view: ChartView, title: str, width: int) -> Line:
    """Title and legend left, settings right, in exactly `width` cells; what has no room is cut."""
    line = [Piece(f" {title}  ", TITLE)] if title else []
    line += legend(view)
    left = sum(len(piece.text) for piece in line)
    right = settings(view)
    if left + 2 + len(right) > width:
        right = ""
    line.append(Piece(" " * (width - left - len(right)), PLAIN))
    line.append(Piece(right, LABEL))
    return cut(line, width)


def legend(view: ChartView) -> Line:
    """Letter and name of every line, in its colour."""
    return [
        Piece(f" {series.mark} {series.title} ", Ink(Role.LINE, series.colour))
        for series in view.series
    ]


def settings(view: ChartView) -> str:
    """`x log  y lin  smooth .6`, and how many points a logarithmic axis leaves out."""
    words = [f"x {view.x.value}", f"y {view.y.value}"]
    words.append(f"smooth {short(view.smoothing) if view.smoothing else 'off'}")
    hidden = view.hidden()
    if hidden:
        words.append(f"{hidden:,} not above 0 left out")
    return "  ".join(words)


def cut(line: Line, width: int) -> Line:
    """The first `width` cells of a line."""
    kept: Line = []
    for text, ink in line:
        kept.append(Piece(text[:width], ink))
        width -= len(kept[-1].text)
    return kept
