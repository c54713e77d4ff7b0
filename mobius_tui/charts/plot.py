"""The plot inside the axes: curves over guides and reference lines, marks over all."""

from __future__ import annotations

import re
from functools import lru_cache

from mobius_tui.charts.canvas import DOTS_HIGH, DOTS_WIDE, braille, compose
from mobius_tui.charts.charset import Charset
from mobius_tui.charts.ink import PLAIN, Ink, Line, Piece, Role
from mobius_tui.charts.scale import Axis, Scale
from mobius_tui.charts.traced import Traced
from mobius_tui.charts.view import ChartView

EMPTY = 0
# Where along x a line carries its letter, as parts of the width.
LETTERED = (0.25, 0.5, 0.75, 1.0)


@lru_cache(maxsize=32)
def runs_of(inks: int) -> re.Pattern[bytes]:
    """What finds runs of one number below a bound. Each number is spelled out, which takes half the
    time of a reference back to the first of a run."""
    return re.compile(b"|".join(re.escape(bytes([number])) + b"+" for number in range(inks)))


class Plot:
    """A grid of characters, each with the number of its ink; 0 is an empty cell."""

    def __init__(self, view: ChartView, x: Axis, y: Axis, charset: Charset, traced: Traced) -> None:
        self.view, self.x, self.y, self.charset = view, x, y, charset
        self.columns, self.rows = x.dots // DOTS_WIDE, y.dots // DOTS_HIGH
        self.inks: list[Ink] = [PLAIN]
        self.texts: list[str]
        self.codes: list[bytearray]
        self.draw_curves(traced)
        self.letter_lone_points()
        for reference in view.lines():
            self.draw_reference(reference.y, reference.label)
        for mark in view.marks:
            self.draw_upright(mark.x, charset.guide, Ink(Role.GUIDE))
        for seam in view.seams():
            self.draw_upright(seam, charset.seam, Ink(Role.SEAM))
        if view.cursor is not None:
            self.draw_upright(view.cursor, charset.guide, Ink(Role.CURSOR))
            self.stand(view.cursor, charset.axis, Ink(Role.CURSOR))
        for mark in view.marks:
            self.stand(mark.x, mark.letter, Ink(Role.MARK, mark.colour))

    def lines(self) -> list[Line]:
        """One line a row, neighbours of one ink in one piece."""
        runs = runs_of(len(self.inks))
        lines = []
        for text, codes in zip(self.texts, self.codes, strict=True):
            line, start = [], 0
            for run in runs.findall(codes):
                stop = start + len(run)
                line.append(Piece(text[start:stop], self.inks[run[0]]))
                start = stop
            lines.append(line)
        return lines

    def draw_curves(self, traced: Traced) -> None:
        layers = traced.draw(self.view, self.x, self.y, self.charset)
        self.inks += [ink for ink, _ in layers]
        faint_layers = sum(ink.role is Role.FAINT for ink in self.inks)
        patterns, owners = compose(
            list(layers.values()), self.columns, self.rows, faint=faint_layers
        )
        if self.charset.braille:
            self.texts = braille(patterns)
        else:
            letters = [" ", *(letter for _, letter in layers)]
            self.texts = ["".join(map(letters.__getitem__, row)) for row in owners]
        self.codes = [bytearray(row) for row in owners]
        if self.view.letters:
            self.letter_curves([*layers])

    def letter_curves(self, kinds: list[tuple[Ink, str]]) -> None:
        """Each line's letter on the line, at different columns for different lines."""
        for number, (ink, letter) in enumerate(kinds, start=1):
            for part in LETTERED if ink.role is Role.LINE else ():
                column = int((part - number / (8 * len(kinds))) * (self.columns - 1))
                rows = [row for row in range(self.rows) if self.codes[row][column] == number]
                if rows:
                    self.put(column, rows[len(rows) // 2], letter, ink)

    def code(self, ink: Ink) -> int:
        if ink not in self.inks:
            self.inks.append(ink)
        return self.inks.index(ink)

    def put(self, column: int, row: int, text: str, ink: Ink) -> None:
        line = self.texts[row]
        self.texts[row] = line[:column] + text + line[column + 1 :]
        self.codes[row][column] = self.code(ink)

    def column(self, x: float) -> int | None:
        """The column of cells of a value of x, None outside the window."""
        if self.x.scale is Scale.LOG and x <= 0.0:
            return None
        dot = self.x.dot(x)
        return dot // DOTS_WIDE if 0 <= dot < self.x.dots else None

    def draw_upright(self, x: float, text: str, ink: Ink) -> None:
        """A dotted line over the whole height, behind the curves."""
        column = self.column(x)
        if column is not None:
            for row in range(self.rows):
                if self.codes[row][column] == EMPTY:
                    self.put(column, row, text, ink)

    def draw_reference(self, y: float, label: str) -> None:
        """A dashed line over the whole width, its label where it hides no curve."""
        dot = self.y.dot(y)
        if not 0 <= dot < self.y.dots:
            return
        row = self.rows - 1 - dot // DOTS_HIGH
        ink = Ink(Role.REFERENCE)
        free = self.free(row, len(label) + 2)
        for column in range(self.columns):
            if self.codes[row][column] == EMPTY:
                self.put(column, row, self.charset.reference, ink)
        if free is not None:
            for column, text in enumerate(f" {label} ", start=free):
                self.put(column, row, text, ink)

    def free(self, row: int, width: int) -> int | None:
        """Where so many empty cells lie in a row: as far right as there are, one cell in."""
        found = self.codes[row].rfind(bytes(width), 0, self.columns - 1)
        return found if found >= 0 else None

    def stand(self, x: float, letter: str, ink: Ink) -> None:
        """A letter on the axis; where another mark stands already, the next place to the right."""
        column = self.column(x)
        row = self.rows - 1
        while column is not None and column < self.columns:
            if self.inks[self.codes[row][column]].role is not Role.MARK:
                self.put(column, row, letter, ink)
                return
            column += 1

    def letter_lone_points(self) -> None:
        """A curve of one point as its letter: one dot is overlooked."""
        for series, curve in zip(self.view.series, self.view.curves(), strict=True):
            if len(curve) == 1:
                column, dot = self.column(curve.xs[0]), self.y.dot(curve.ys[0])
                if column is not None and 0 <= dot < self.y.dots:
                    row = self.rows - 1 - dot // DOTS_HIGH
                    self.put(column, row, series.mark, Ink(Role.LINE, series.colour))
