"""Choosing several things from a list: space takes one in or out, enter is done, q leaves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import ModalScreen

from mobius_tui import keys
from mobius_tui.steady_screen import SteadyScreen
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell
from mobius_tui.widgets.table import Column, Table


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    chosen: bool


COLUMNS: tuple[Column[Choice], ...] = (
    Column(
        "",
        30,
        lambda row: Cell(f"[{'x' if row.chosen else ' '}] {row.name}", "key" if row.chosen else ""),
        grows=True,
    ),
)


class PickerScreen(SteadyScreen[None], ModalScreen[None], inherit_bindings=False):
    BINDINGS = keys.bindings("picker")
    AUTO_FOCUS: ClassVar[str | None] = "#choices"

    def __init__(
        self,
        title: str,
        names: Sequence[str],
        chosen: Sequence[str],
        done: Callable[[tuple[str, ...]], None],
    ) -> None:
        super().__init__()
        self._title = title
        self._names = names
        self._chosen = [name for name in names if name in chosen]
        self._done = done

    def compose(self) -> ComposeResult:
        self.take_width()
        table: Table[Choice] = Table(COLUMNS, lambda row: row.name, opened=self._take, id="choices")
        yield Pane(table, id="choices-pane")

    def on_mount(self) -> None:
        self._show()

    @property
    def table(self) -> Table[Choice]:
        return self.query_one("#choices", Table)

    def _show(self) -> None:
        state = "space takes in or out   enter done   q leaves it as it was"
        self.query_one("#choices-pane", Pane).entitle(self._title, state)
        self.table.show([Choice(name, name in self._chosen) for name in self._names])

    def action_mark(self) -> None:
        current = self.table.current
        if current is not None:
            kept = set(self._chosen) ^ {current.name}
            self._chosen = [name for name in self._names if name in kept]
            self._show()
            self.table.action_down()

    async def _take(self) -> None:
        self.dismiss()
        self._done(tuple(self._chosen))

    def action_back(self) -> None:
        self.dismiss()

    def action_clear(self) -> None:
        self.dismiss()
