"""Only what changed is sent: the screen as it stands on the terminal, and the bytes to the next.

Textual sends every widget's lines that may have changed, whole, with all colours of each word. Over
a slow line that is 5 kB for one new point. Here the cells are compared with those that were sent,
and of a style only what differs from the style before it is said.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.style import Style
from textual import events, on
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import SGR_STYLES, Strip
from textual.timer import Timer

SINGLE = re.compile("[ -~\u00b1\u00b7\u2010-\u2027\u2500-\u25fc\u2800-\u28ff]*")
"""Texts whose characters each take one cell, beyond question."""
NEAR: Final = 6
"""Unchanged cells between two changes that are sent again: to go over them takes as many bytes."""
BYTES_A_SECOND: Final = 6000
"""Of a slow line: three quarters of 64 kbit/s."""
LOUD: Final = frozenset({"4", "7", "9", "21", "53"})
"""Attributes that are seen on a space: lines and reverse."""


class Pen(NamedTuple):
    """A style in the terminal's codes. `front` is empty where no colour of text is seen."""

    attributes: tuple[str, ...]
    front: str
    back: str

    @property
    def is_loud(self) -> bool:
        return not LOUD.isdisjoint(self.attributes)


RESET: Final = Pen((), "39", "49")


class Row(NamedTuple):
    """One line of the screen by cell; the second cell of a wide character holds no text."""

    texts: list[str]
    pens: list[Pen]


class Shown:
    """What stands on the terminal. `forget` it when something else may have written there."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}
        self._pens: dict[Style, Pen] = {}
        self._system: ColorSystem | None = None
        self.sent = 0
        """bytes so far"""

    def forget(self) -> None:
        self._rows.clear()

    def difference(self, update: LayoutUpdate | ChopsUpdate, system: ColorSystem) -> str:
        """The sequences that bring the terminal to what an update of Textual's shows."""
        if system is not self._system:
            self._system = system
            self._pens.clear()
        writer = Writer()
        for y, x, strip in pieces(update):
            new = self._row(strip)
            row = self._rows.setdefault(y, Row([], []))
            stop = x + len(new.texts)
            if row.texts[x:stop] == new.texts and row.pens[x:stop] == new.pens:
                continue
            missing = stop - len(row.texts)
            row.texts.extend([""] * missing)
            row.pens.extend([UNKNOWN] * missing)
            for start, end in runs(row, new, x):
                writer.move(y, start)
                writer.write(new.texts[start - x : end - x], new.pens[start - x : end - x])
            row.texts[x:stop], row.pens[x:stop] = new
        sequence = writer.sequence()
        self.sent += len(sequence.encode())
        return sequence

    def _row(self, strip: Strip) -> Row:
        row = Row([], [])
        for text, style, _ in strip:
            if not text:
                continue
            cells = list(text) if SINGLE.fullmatch(text) else split(text)
            pen = self._pen(style)
            if not pen.is_loud and not text.strip(" "):
                pen = Pen((), "", pen.back)
            row.texts.extend(cells)
            row.pens.extend([pen] * len(cells))
        return row

    def _pen(self, style: Style | None) -> Pen:
        if style is None:
            return RESET
        pen = self._pens.get(style)
        if pen is None:
            pen = self._pens[style] = pen_of(style, self._system or ColorSystem.TRUECOLOR)
        return pen


UNKNOWN: Final = Pen((), "", "")


class Difference(CompositorUpdate):
    """An update of Textual's that is written as its difference to what is shown."""

    def __init__(self, update: LayoutUpdate | ChopsUpdate, shown: Shown) -> None:
        self._update = update
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        return self._update.__rich_console__(console, options)

    def render_segments(self, console: Console) -> str:
        return self._shown.difference(self._update, console._color_system or ColorSystem.TRUECOLOR)


class Writer:
    """Puts a sequence together, remembering where the terminal's cursor and pen are."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._at = (-1, -1)
        self._pen = RESET

    def move(self, y: int, x: int) -> None:
        line, column = self._at
        if line == y and column < x:
            self._parts.append(f"\x1b[{x - column}C")
        elif self._at != (y, x):
            self._parts.append(f"\x1b[{y + 1};{x + 1}H")
        self._at = (y, x)

    def write(self, texts: list[str], pens: list[Pen]) -> None:
        start = 0
        while start < len(texts):
            pen, stop = pens[start], start + 1
            while stop < len(texts) and pens[stop] is pen:
                stop += 1
            self._dip(pen)
            self._parts.append("".join(texts[start:stop]))
            start = stop
        self._at = (self._at[0], self._at[1] + len(texts))

    def _dip(self, pen: Pen) -> None:
        """Change the pen to this one, saying only what is different."""
        now = self._pen
        if not pen.front:
            # Spaces: the colour of text may stay as it is, and quiet attributes too.
            pen = Pen(() if now.is_loud else now.attributes, now.front, pen.back)
        if pen == now:
            return
        codes = []
        if not set(now.attributes) <= set(pen.attributes):
            codes.append("0")
            now = RESET
        codes += [code for code in pen.attributes if code not in now.attributes]
        codes += [new for new, old in ((pen.front, now.front), (pen.back, now.back)) if new != old]
        self._parts.append(f"\x1b[{';'.join(codes)}m")
        self._pen = pen

    def sequence(self) -> str:
        """Everything, with the pen put back."""
        if self._pen != RESET:
            self._parts.append("\x1b[0m")
        return "".join(self._parts)


def pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """(line, column, strip) of everything that an update draws."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield y, x, strip
                x += strip.cell_length
        return
    for y, left, right in update.spans:
        ends = update.chop_ends[y]
        for end, (x, chop) in zip(ends, update.chops[y].items(), strict=False):
            if chop is not None and x <= right and end > left:
                yield (
                    y,
                    x,
                    chop if x >= left and end <= right else chop.crop(0, min(end, right) - x),
                )


def runs(old: Row, new: Row, x: int) -> Iterator[tuple[int, int]]:
    """Columns start..stop-1 that differ, those with few cells between them together."""
    start = end = -1
    for n, (text, pen) in enumerate(zip(new.texts, new.pens, strict=True), start=x):
        if text != old.texts[n] or pen != old.pens[n]:
            if end >= 0 and n - end > NEAR:
                yield whole(new, start, end, x)
                start = n
            elif start < 0:
                start = n
            end = n + 1
    if start >= 0:
        yield whole(new, start, end, x)


def whole(new: Row, start: int, end: int, x: int) -> tuple[int, int]:
    """With both cells of a wide character at either end."""
    while start > x and not new.texts[start - x]:
        start -= 1
    while end - x < len(new.texts) and not new.texts[end - x]:
        end += 1
    return start, end


def split(text: str) -> list[str]:
    """A text by cell: what has no width of its own stands with what is before it."""
    cells: list[str] = []
    for character in text:
        width = cell_len(character)
        if width:
            cells += [character, *[""] * (width - 1)]
        elif cells:
            at = len(cells) - 1
            while at and not cells[at]:
                at -= 1
            cells[at] += character
    return cells


def pen_of(style: Style, system: ColorSystem) -> Pen:
    attributes = style._attributes & style._set_attributes
    codes = tuple(SGR_STYLES[bit] for bit in range(13) if attributes >> bit & 1)
    front, back = style.color, style.bgcolor
    return Pen(
        codes,
        ";".join(front.downgrade(system).get_ansi_codes()) if front else RESET.front,
        ";".join(back.downgrade(system).get_ansi_codes(False)) if back else RESET.back,
    )


class SparingApp(App[None]):
    """An application that sends differences. What else may write to the terminal is forgotten.

    On a slow line it sends no more than that can take: what changes meanwhile is sent together, so
    that a key is answered at once and not after everything that has become old.
    """

    def __init__(self, *, slow_line: bool = False) -> None:
        super().__init__()
        self.shown = Shown()
        self._slow_line = slow_line
        self._free_at = 0.0
        """when the line has taken what was sent"""
        self._late: Timer | None = None
        if slow_line:
            self.animation_level = "none"

    @on(events.Mount)
    def forget_after_others(self) -> None:
        self.app_resume_signal.subscribe(self, lambda app: self.shown.forget())

    @on(events.Resize)
    def forget_other_size(self) -> None:
        self.shown.forget()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            renderable = None if self._must_wait() else Difference(renderable, self.shown)
        before = self.shown.sent
        super()._display(screen, renderable)
        if self._slow_line:
            taken = (self.shown.sent - before) / BYTES_A_SECOND
            self._free_at = max(self._free_at, time.monotonic()) + taken

    def _must_wait(self) -> bool:
        """Whether the line is busy; then everything is compared again as soon as it is free."""
        left = self._free_at - time.monotonic() if self._slow_line else 0.0
        if left <= 0.0:
            return False
        if self._late is None:
            self._late = self.set_timer(left, self._send_what_changed)
        return True

    def _send_what_changed(self) -> None:
        self._late = None
        self.screen.refresh()
