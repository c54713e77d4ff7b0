"""Screens that are styled, laid out and painted once where Textual does so two or three times."""

from __future__ import annotations

from typing import Any, TypeVar

from textual.app import App
from textual.geometry import Size
from textual.screen import Screen

Result = TypeVar("Result")


class SteadyScreen(Screen[Result], inherit_bindings=False):
    """Textual lays a screen out whenever its mode is entered and once more when it has told the
    screen its own size, and paints it before its widgets have heard of theirs, to paint it whole
    again: 20 of the 78 ms that opening a run took.
    """

    _is_painted = False
    """False until its widgets have been told their sizes."""

    def take_width(self) -> None:
        """The class of the terminal's width, while the screen is composed.

        Textual says it after the first layout only, and then all styles are made anew: 15 ms.
        """
        width, breakpoints = self.app.size.width, self.app.HORIZONTAL_BREAKPOINTS or []
        fitting = [name for least, name in breakpoints if width >= least]
        self.add_class(*fitting[-1:], update=False)

    def _screen_resized(self, size: Size) -> None:
        if size != self._size:
            super()._screen_resized(size)

    def _compositor_refresh(self) -> None:
        if self._is_painted:
            super()._compositor_refresh()
        else:
            self._is_painted = True
            self.refresh()

    def _on_timer_update(self) -> None:
        if self._layout_required and self._repaint_required:
            # A layout paints what it moves: with everything else in the same paint.
            self._repaint_required = False
            self._dirty_widgets.add(self)
        super()._on_timer_update()


class SteadyApp(App[None]):
    """Goes from mode to mode without another look at the styles of what is there."""

    def delay_update(self, delay: float = 0.05) -> None:
        """Textual hides a change of modes for so long and then paints everything once more; our
        screens wait for their first layout themselves."""

    def _load_screen_css(self, screen: Screen[Any]) -> None:
        super()._load_screen_css(screen)
        if screen._css_update_count < 0:
            # A new screen gets its styles as it is mounted. Textual takes it for one that has
            # missed a change, and makes all styles and the layout of the one before it anew.
            screen._css_update_count = self._css_update_count
