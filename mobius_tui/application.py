"""What screens may ask of the application they live in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from mobius_core.runs.run import Run
from mobius_tui.charts.charset import Charset
from mobius_tui.habits import Habits
from mobius_tui.keys import Keys
from mobius_tui.model import LabView
from mobius_tui.requests import Request


class Application(Protocol):
    """`mobius_tui.app.MobiusApp`, without a need to import it."""

    view: LabView
    habits: Habits
    charset: Charset
    keymap: Keys

    async def open_runs(self, words: str) -> None:
        """The runs that match, with a way back to where one came from."""

    async def open_run(self, run: Run, among: Sequence[Run], tab: str) -> None:
        """One run; `among` are its neighbours for `(` and `)`."""

    async def open_compare(self, runs: Sequence[Run]) -> None:
        """These runs beside each other, with a way back."""

    def request(self, request: Request) -> object:
        """Do in a worker what a key asked for, and say how it went."""

    def wait_for_look(self) -> bool:
        """Wait in a worker thread for the pace of looking; False when the application ends."""

    def edit(self, path: Path, line: int) -> None:
        """Hand the terminal to the editor, then look at the file again."""
