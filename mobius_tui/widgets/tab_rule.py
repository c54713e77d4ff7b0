"""One rule with a name on the left and tabs on the right."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from mobius_core.metrics.visible import visible
from mobius_tui.widgets.styled import STYLES, Cell
from mobius_tui.widgets.toned import fitted

LEAST_NAME = 12


class TabRule(Widget):
    def __init__(self, tabs: Sequence[str], here: str) -> None:
        super().__init__()
        self._tabs = tabs
        self._here = here
        self._title = ""
        self._state = Cell("")

    def show(self, name: str, state: Cell, here: str) -> None:
        if (name, state, here) != (self._title, self._state, self._here):
            self._title, self._state, self._here = visible(name), state, here
            self.refresh()

    def render(self) -> Content:
        tabs = " ".join(f"[{tab}]" if tab == self._here else tab for tab in self._tabs)
        if len(tabs) + len(self._state.text) + 10 + LEAST_NAME > self.size.width:
            # Where one is comes before where one could be.
            tabs = f"{self._tabs.index(self._here) + 1} of {len(self._tabs)} [{self._here}]"
        used = len(tabs) + len(self._state.text) + 10
        room = max(self.size.width - used, LEAST_NAME)
        name = self._title if len(self._title) <= room else fitted(self._title, room)
        rule = "─" * max(self.size.width - used - len(name), 0)
        return Content.assemble(
            ("── ", "$panel"),
            (name, "bold"),
            (f" {rule} ", "$panel"),
            (self._state.text, STYLES[self._state.tone]),
            "  ",
            (tabs, "$dim"),
            (" ──", "$panel"),
        )
