"""A view drawn as lines of inked text; nothing here knows a terminal or a widget.

```
  1.0┤              ┊      ⢀⣀⡤⠤⠴⠒   labels, axis, dotted lines up from the marks
   .5┤          ⢀⡴⠋ ┊  ⢀⡴⠋
    0┤⣀⣀⣀⣠⠤⠤⠖⠒⠚⠉m⠁     g            the marks stand on the axis
     └10          100        1000
```
"""

from __future__ import annotations

from mobius_tui.charts.canvas import DOTS_HIGH, DOTS_WIDE
from mobius_tui.charts.charset import Charset
from mobius_tui.charts.ink import PLAIN, Ink, Line, Piece, Role
from mobius_tui.charts.plot import Plot
from mobius_tui.charts.scale import Axis, Scale
from mobius_tui.charts.ticks import Tick, short, ticks
from mobius_tui.charts.traced import Traced
from mobius_tui.charts.view import ChartView

MARGIN = 5
SMALLEST_WIDTH = 16
SMALLEST_HEIGHT = 3
ROWS_PER_LABEL = 4
ROWS_PER_DECADE = 3
GAP = 8
END_GAP = 3
WIDEST_LABEL = 12
AXIS, LABEL = Ink(Role.AXIS), Ink(Role.LABEL)


def draw(
    view: ChartView, width: int, height: int, charset: Charset, traced: Traced | None = None
) -> list[Line]:
    """`height` lines of exactly `width` cells; blank ones where there is no room for a plot.

    `traced` is what the drawing before left: points that are new since then are all that is drawn
    anew, as long as the axes stay. While lines only grow, the x axis is lengthened by a cell at a
    time for that.
    """
    if width < SMALLEST_WIDTH or height < SMALLEST_HEIGHT:
        return [[Piece(" " * width, PLAIN)] for _ in range(height)]
    rows = height - 1
    traced = traced or Traced()
    held = traced.window(view, plot_columns(width))
    across, y = view.axes(DOTS_WIDE, rows * DOTS_HIGH, held)
    labels = y_labels(y, rows, percent=view.percent)
    margin = max([MARGIN, *map(len, labels.values())])
    columns = width - margin - 1
    x = Axis(across.scale, across.low, across.high, columns * DOTS_WIDE)
    lines = []
    for row, plotted in enumerate(Plot(view, x, y, charset, traced).lines()):
        label = labels.get(row, "")
        axis = charset.tick if label else charset.axis
        lines.append([Piece(label.rjust(margin), LABEL), Piece(axis, AXIS), *plotted])
    foot = Piece(" " * margin + charset.corner, AXIS)
    return [*lines, [foot, Piece(x_labels(x, columns), LABEL)]]


def plot_columns(width: int) -> int:
    """Columns of cells a plot has in a chart so wide, with labels of the usual length."""
    return max(1, width - MARGIN - 1)


def y_labels(y: Axis, rows: int, *, percent: bool) -> dict[int, str]:
    """Row of cells -> label, two at least where that is possible.

    Fractions shown in per cent get their round values in per cent.
    """
    unit = 100.0 if percent else 1.0
    scaled = Axis(y.scale, y.low * unit, y.high * unit, y.dots)
    found: dict[int, str] = {}
    for apart in range(ROWS_PER_LABEL if y.scale is Scale.LINEAR else ROWS_PER_DECADE, 0, -1):
        for tick in ticks(scaled, apart * DOTS_HIGH):
            if len(tick.label) <= WIDEST_LABEL:
                found[rows - 1 - scaled.dot(tick.value) // DOTS_HIGH] = tick.label
        if len(found) > 1:
            break
    return found


def x_labels(x: Axis, columns: int) -> str:
    """The line under the axis: each label begins under its value; the last may be moved left.

    Where they leave room, the upper limit closes the line.
    """
    line = ""
    for tick in x_ticks(x):
        at = min(x.dot(tick.value) // DOTS_WIDE, columns - len(tick.label))
        if not line or at > len(line):
            line = line.ljust(at) + tick.label
    last = short(x.high)
    if len(line) + END_GAP + len(last) <= columns:
        return line.ljust(columns - len(last)) + last
    return line.ljust(columns)


def x_ticks(x: Axis) -> tuple[Tick, ...]:
    """The densest ticks whose labels keep apart."""
    found: tuple[Tick, ...] = ()
    for room in range(2 + GAP, WIDEST_LABEL + GAP):
        found = ticks(x, room * DOTS_WIDE)
        if max((len(tick.label) for tick in found), default=0) + GAP <= room:
            break
    return found
