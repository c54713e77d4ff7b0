"""The keys of the screen one came from, then all others: written from the key table."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import ModalScreen

from mobius_tui import keys
from mobius_tui.places import PLACES
from mobius_tui.steady_screen import SteadyScreen
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, Line, line
from mobius_tui.widgets.words import Words


class HelpScreen(SteadyScreen[None], ModalScreen[None], inherit_bindings=False):
    BINDINGS = keys.bindings("help")
    AUTO_FOCUS: ClassVar[str | None] = "#help"

    def __init__(self, here: Set[str], keymap: keys.Keys) -> None:
        super().__init__()
        self._here = here
        self._keys = keymap

    def compose(self) -> ComposeResult:
        self.take_width()
        yield Pane(Words(id="help"), title="Keys", id="help-pane")

    def on_mount(self) -> None:
        self.query_one("#help-pane", Pane).entitle("Keys", "j k scroll   q closes")
        self.query_one("#help", Words).show(lambda width: self._lines())

    def _lines(self) -> list[Line]:
        here = [action for action in keys.ACTIONS if action.id in self._here]
        elsewhere = [action for action in keys.ACTIONS if action.id not in self._here]
        return [
            line(Cell("Lower case only looks. What changes runs is upper case and asks with y.")),
            (),
            line(Cell("here", "head")),
            *self._rows(here, with_places=False),
            (),
            line(Cell("on other screens and panes", "head")),
            *self._rows(elsewhere, with_places=True),
            (),
            line(Cell('Remap by id in config.toml: [ui.keys] log_x = "ctrl+x"', "dim")),
        ]

    def _rows(self, actions: Iterable[keys.Action], *, with_places: bool) -> Iterable[Line]:
        for action in actions:
            held = " ".join(keys.shown(key) for key in self._keys.of(action.id))
            asks = "  asks with y" if action.confirm else ""
            places = ", ".join(PLACES[place] for place in action.where)
            where = f"  ({places})" if with_places else ""
            yield line(
                Cell(f" {held:14} ", "key"),
                action.help,
                Cell(asks, "warn"),
                Cell(where, "dim"),
            )

    def action_back(self) -> None:
        self.dismiss()

    def action_clear(self) -> None:
        self.dismiss()
