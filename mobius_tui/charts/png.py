"""What a chart shows as PNG, from the same layers of dots as on the terminal, two pixels a dot."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from mobius_tui.charts import letters
from mobius_tui.charts.canvas import DOTS_HIGH, DOTS_WIDE, Layer
from mobius_tui.charts.charset import BRAILLE
from mobius_tui.charts.export import LIGHT, Paper, y_ticks
from mobius_tui.charts.ink import Role
from mobius_tui.charts.ticks import ticks
from mobius_tui.charts.traced import Traced
from mobius_tui.charts.view import ChartView

PIXELS: Final = 2
"""A dot is a square of so many."""
LEFT, RIGHT, TOP, BOTTOM = 32, 8, 16, 14
APART = 36, 20
FAINT: Final = 0.5
GROUND, INK, RULE = 0, 1, 2


def png(
    view: ChartView, title: str = "", *, width: int = 800, height: int = 480, paper: Paper = LIGHT
) -> bytes:
    """A picture of about so many pixels, of the view as it is looked at."""
    return Picture(view, title, width // PIXELS, height // PIXELS, paper).encoded()


class Picture:
    """Rows of palette indices: ground, ink, rule, then two for each colour of lines."""

    def __init__(self, view: ChartView, title: str, width: int, height: int, paper: Paper) -> None:
        columns = (width - LEFT - RIGHT) // DOTS_WIDE * DOTS_WIDE
        rows = (height - TOP - BOTTOM) // DOTS_HIGH * DOTS_HIGH
        self.view, self.paper = view, paper
        self.rows = [bytearray(LEFT + columns + RIGHT) for _ in range(TOP + rows + BOTTOM)]
        self.x, self.y = view.axes(columns, rows)
        self.draw_rules()
        for (ink, _), layer in Traced().draw(view, self.x, self.y, BRAILLE).items():
            self.put(layer, self.index(ink.colour or 0, faint=ink.role is Role.FAINT))
        self.draw_notes()
        self.draw_legend(title)

    def index(self, colour: int, *, faint: bool = False) -> int:
        return RULE + 1 + 2 * (colour % len(self.paper.lines)) + faint

    @property
    def bottom(self) -> int:
        """The row below the plot."""
        return TOP + self.y.dots

    def across(self, value: float) -> int | None:
        """The column of a value, None outside the plot."""
        return LEFT + self.x.dot(value) if self.x.low <= value <= self.x.high else None

    def dot(self, x: int, y: int, index: int) -> None:
        if 0 <= y < len(self.rows) and 0 <= x < len(self.rows[0]):
            self.rows[y][x] = index

    def write(self, x: int, y: int, words: str, index: int = INK) -> None:
        for column, row in letters.dots(words):
            self.dot(x + column, y + row, index)

    def draw_rules(self) -> None:
        """A line at every label, and the labels beside the axes."""
        for tick in ticks(self.x, APART[0]):
            x = LEFT + self.x.dot(tick.value)
            for y in range(TOP, self.bottom):
                self.dot(x, y, RULE)
            shift = min(6 * len(tick.label) // 2, len(self.rows[0]) - x)
            self.write(max(0, min(x - shift, self.room(tick.label))), self.bottom + 4, tick.label)
        for tick in y_ticks(self.view, self.y):
            y = self.bottom - 1 - self.y.dot(tick.value)
            for x in range(LEFT, LEFT + self.x.dots):
                self.dot(x, y, RULE)
            self.write(LEFT - 4 - 6 * len(tick.label), y - 3, tick.label)

    def room(self, words: str) -> int:
        """The last column at which words can begin."""
        return len(self.rows[0]) - 6 * len(words)

    def put(self, layer: Layer, index: int) -> None:
        for x in range(self.x.dots):
            cells = layer.cells[x // DOTS_WIDE] >> (x % DOTS_WIDE * DOTS_HIGH)
            for row in range(layer.rows):
                if cells >> (row // DOTS_HIGH * 8 + row % DOTS_HIGH) & 1:
                    self.rows[TOP + row][LEFT + x] = index

    def draw_notes(self) -> None:
        """References and marks over the curves, dashed."""
        for reference in self.view.lines():
            y = self.bottom - 1 - self.y.dot(reference.y)
            if TOP <= y < self.bottom:
                for x in range(LEFT, LEFT + self.x.dots):
                    if x % 6 < 4:
                        self.dot(x, y, INK)
                self.write(self.room(reference.label) - RIGHT - 2, y - 9, reference.label)
        for x_value, label in (
            *((mark.x, mark.letter) for mark in self.view.marks),
            *((seam, "") for seam in self.view.seams()),
        ):
            column = self.across(x_value)
            if column is not None:
                for y in range(TOP, self.bottom):
                    if y % 4 < (1 if label else 3):
                        self.dot(column, y, INK)
                self.write(column + 2, self.bottom - 9, label)

    def draw_legend(self, title: str) -> None:
        x = LEFT
        for words, index in [(title, INK), *self.legend()]:
            self.write(x, 4, words, index)
            x += 6 * (len(words) + 2) if words else 0

    def legend(self) -> list[tuple[str, int]]:
        return [(f"{one.mark} {one.title}", self.index(one.colour)) for one in self.view.series]

    def palette(self) -> bytes:
        paper = self.paper
        colours = [rgb(paper.ground), rgb(paper.ink), rgb(paper.rule)]
        for name in paper.lines:
            colour = rgb(name)
            faint = [round(a + (b - a) * FAINT) for a, b in zip(colour, colours[0], strict=True)]
            colours += [colour, bytes(faint)]
        return b"".join(colours)

    def encoded(self) -> bytes:
        """The PNG format, indexed colour: https://www.w3.org/TR/png-3/."""
        lines = []
        for row in self.rows:
            pixels = bytes(index for index in row for _ in range(PIXELS))
            lines += [b"\0" + pixels] * PIXELS
        size = struct.pack(">II", PIXELS * len(self.rows[0]), PIXELS * len(self.rows))
        return b"".join(
            [
                b"\x89PNG\r\n\x1a\n",
                chunk(b"IHDR", size + bytes([8, 3, 0, 0, 0])),
                chunk(b"PLTE", self.palette()),
                chunk(b"IDAT", zlib.compress(b"".join(lines), 9)),
                chunk(b"IEND", b""),
            ]
        )


def rgb(name: str) -> bytes:
    """`#0072b2` as three bytes."""
    return bytes.fromhex(name.removeprefix("#"))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
