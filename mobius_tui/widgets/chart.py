"""Live curves with a value cursor, drawn cell by cell; what did not change is not sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.color import Color
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from mobius_tui import keys
from mobius_tui.charts import palette
from mobius_tui.charts.charset import BRAILLE, Charset
from mobius_tui.charts.cursor import Reading, moved, readings
from mobius_tui.charts.draw import draw, plot_columns
from mobius_tui.charts.ink import Ink, Line, Role
from mobius_tui.charts.limits import Window
from mobius_tui.charts.series import Series
from mobius_tui.charts.traced import Traced
from mobius_tui.charts.view import ZOOM, ChartView, Mark, Reference

FAR = 10
FAINT_SHARE = 0.55
"""How much of a raw line's colour the background takes while a smoothed one lies on it."""


class Chart(Widget, can_focus=True, inherit_bindings=False):
    """One plot. `show` gives it curves; its keys change `view`; `readings` is what it says."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("chart")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"chart--{role.value}" for role in Role if role not in (Role.LINE, Role.FAINT)
    }
    DEFAULT_CSS = """
    Chart {
        width: 1fr;
        height: 1fr;
        .chart--axis { color: $foreground-muted; }
        .chart--label { color: $foreground-muted; }
        .chart--guide { color: $foreground-muted; }
        .chart--seam { color: $text-warning; }
        .chart--cursor { color: $foreground; text-style: bold; }
        .chart--reference { color: $foreground-muted; }
        .chart--mark { color: $foreground; text-style: bold; }
        &:ansi {
            .chart--axis { text-style: dim; }
            .chart--label { text-style: dim; }
            .chart--guide { text-style: dim; }
            .chart--reference { text-style: dim; }
        }
    }
    """

    class Looked(Message):
        """The view changed by a key: whoever shows its readings or titles writes them anew."""

        def __init__(self, chart: Chart) -> None:
            super().__init__()
            self.chart = chart

        @property
        def control(self) -> Chart:
            return self.chart

    def __init__(
        self,
        view: ChartView | None = None,
        *,
        charset: Charset = BRAILLE,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._view = view or ChartView()
        self._charset = charset
        self._styles: dict[Ink, Style] = {}
        self._drawn: object = None
        self._traced = Traced()
        self._lines: list[Line] = []
        self._strips: list[Strip] = []

    @property
    def view(self) -> ChartView:
        return self._view

    @view.setter
    def view(self, view: ChartView) -> None:
        self._view = view
        self._refresh_rows()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every line's newest value at or before the cursor, or its newest of all."""
        return readings(self._view)

    def show(
        self,
        series: Sequence[Series],
        *,
        marks: Sequence[Mark] = (),
        references: Sequence[Reference] = (),
        y_home: tuple[float, float] | None = None,
        percent: bool = False,
    ) -> None:
        """Draw these curves; scales, window, smoothing and cursor stay as they are.

        Calling it with nothing new costs a comparison.
        """
        self.view = replace(
            self._view,
            series=tuple(series),
            marks=tuple(marks),
            references=tuple(references),
            y_home=Window(*y_home) if y_home else None,
            percent=percent,
        )

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        self._redraw()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()
        self._lines.clear()
        self._drawn = None

    def _redraw(self) -> bool:
        """Draw anew if anything that is drawn has changed; True if so."""
        series, size = self._view.series, self.size
        versions = tuple(points.version for one in series for points in one.all_points())
        wanted = (self._view, versions, size)
        if wanted == self._drawn:
            return False
        self._drawn = wanted
        view = replace(self._view, letters=self._view.letters or self.app.no_color)
        before = self._lines[: size.height]
        self._lines = draw(view, *size, self._charset, self._traced)
        self._strips = [
            self._strips[y] if line == old else self._strip(line, size.width)
            for y, (line, old) in enumerate(zip_longest(self._lines, before))
        ]
        return True

    def _refresh_rows(self) -> None:
        """Ask for a repaint of the rows that are different, and of no others."""
        if not self.is_on_screen:
            self.refresh()
            return
        before = self._strips
        if not self._redraw():
            return
        if len(before) != len(self._strips):
            self.refresh()
            return
        rows = [y for y, strip in enumerate(self._strips) if strip is not before[y]]
        if rows:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in rows))

    def _strip(self, line: Line, width: int) -> Strip:
        return Strip([Segment(text, self._style(ink)) for text, ink in line], width)

    def _style(self, ink: Ink) -> Style:
        style = self._styles.get(ink)
        if style is None:
            style = self._styles[ink] = self._mixed(ink)
        return style

    def _mixed(self, ink: Ink) -> Style:
        base = self.rich_style
        if ink.role not in (Role.LINE, Role.FAINT):
            base = self.get_component_rich_style(f"chart--{ink.role.value}")
        if ink.colour is None:
            return base
        faint = ink.role is Role.FAINT
        if self.app.native_ansi_color:
            return base + Style(color=palette.ANSI[ink.colour % palette.COLOURS], dim=faint)
        names = palette.DARK if self.app.current_theme.dark else palette.LIGHT
        colour = Color.parse(names[ink.colour % palette.COLOURS])
        if faint:
            colour = colour.blend(self.background_colors[1], FAINT_SHARE)
        return base + Style(color=colour.rich_color)

    # Keys

    def _look(self, view: ChartView) -> None:
        if view != self._view:
            self.view = view
            self.post_message(self.Looked(self))

    def _move(self, columns: int) -> None:
        self._look(moved(self._view, columns, plot_columns(self.size.width)))

    def action_cursor_left(self) -> None:
        self._move(-1)

    def action_cursor_right(self) -> None:
        self._move(1)

    def action_cursor_left_far(self) -> None:
        self._move(-FAR)

    def action_cursor_right_far(self) -> None:
        self._move(FAR)

    def action_log_x(self) -> None:
        self._look(self._view.scaled(self._view.x.other, self._view.y))

    def action_log_y(self) -> None:
        self._look(self._view.scaled(self._view.x, self._view.y.other))

    def action_smooth(self) -> None:
        self._look(self._view.smoother())

    def action_zoom_in(self) -> None:
        self._look(self._view.zoomed(ZOOM))

    def action_zoom_out(self) -> None:
        self._look(self._view.zoomed(1 / ZOOM))

    def action_references(self) -> None:
        self._look(self._view.next_references())

    def action_fit(self) -> None:
        self._look(self._view.fitted())
