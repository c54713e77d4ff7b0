"""The terminal application: which screens there are, and who hears what. Nothing is drawn here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from mobius_core.errors import MobiusError
from textual import work
from textual.app import App
from textual.screen import Screen
from textual.worker import get_current_worker

from mobius_tui import keys, themes
from mobius_tui.messages import LabSeen, Said
from mobius_tui.model import LabView
from mobius_tui.requests import Request
from mobius_tui.screens.base import LabScreen
from mobius_tui.screens.experiments import ExperimentsScreen
from mobius_tui.screens.onset import OnsetScreen
from mobius_tui.screens.runs import RunsScreen
from mobius_tui.screens.sparsity import SparsityScreen
from mobius_tui.watch import Watch

REFRESH = 1.0
"""Seconds between two looks at the lab; `[ui] refresh` changes it."""


class MobiusApp(App[None], inherit_bindings=False):
    """Routes keys to screens, looks at the lab to screens, and requests to the lab."""

    CSS_PATH = "mobius.tcss"
    BINDINGS = keys.bindings("app")
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "experiments": ExperimentsScreen,
        "runs": RunsScreen,
        "sparsity": SparsityScreen,
        "onset": OnsetScreen,
    }
    ENABLE_COMMAND_PALETTE = False
    TITLE = "mobius"

    def __init__(
        self,
        file: Path | None = None,
        home: Path | None = None,
        *,
        overrides: Mapping[str, str] | None = None,
        theme: str = themes.DARK.name,
        refresh: float = REFRESH,
    ) -> None:
        self.keymap = keys.remap(overrides or {})
        super().__init__()
        self.view = LabView()
        self.disk = Watch(file, home)
        self.every = refresh
        self._wake = threading.Event()
        self._trail: list[str] = []
        self.subject = ""
        for one in themes.THEMES:
            self.register_theme(one)
        self.theme = theme
        self.set_keymap(dict(overrides or {}))

    def get_css_variables(self) -> dict[str, str]:
        return {**super().get_css_variables(), **themes.shades(self.current_theme)}

    def on_mount(self) -> None:
        self.switch_mode("experiments")
        self._watch_lab()

    def on_unmount(self) -> None:
        self._wake.set()

    @work(thread=True, group="watch", exit_on_error=True)
    def _watch_lab(self) -> None:
        """Look at the lab until the end, at once after a request."""
        worker = get_current_worker()
        while not worker.is_cancelled and self.is_running:
            view = self.disk.look()
            if view is not None:
                self.post_message(LabSeen(view))
            self._wake.wait(self.every)
            self._wake.clear()

    def on_lab_seen(self, message: LabSeen) -> None:
        self.view = message.view
        if isinstance(self.screen, LabScreen) and self.screen.is_mounted:
            self.screen.catch_up(message.view)

    def on_said(self, message: Said) -> None:
        if isinstance(self.screen, LabScreen):
            self.screen.say(message.text, message.tone)

    @work(thread=True, group="requests")
    def request(self, request: Request) -> None:
        """Do what a key asked for, and say how it went."""
        from mobius_core.runs.lab import Lab

        try:
            if self.view.home is None:
                raise MobiusError("there is no lab yet: `mobius init` makes one")
            said = Said(request(Lab(self.view.home)), "good")
        except MobiusError as error:
            said = Said(str(error), "bad")
        self.post_message(said)
        self._wake.set()

    # Going from screen to screen

    def go(self, mode: str) -> None:
        """To the first level of a screen; the way back is forgotten."""
        self._trail.clear()
        self._show(mode)

    def _show(self, mode: str) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_mode(mode)

    def open_runs(self, words: str) -> None:
        """The runs that match, with a way back to where one came from."""
        self._trail.append(self.current_mode)
        self.switch_mode("runs")
        runs = self.screen
        if isinstance(runs, RunsScreen):
            runs.set_filter(words)

    def action_show_experiments(self) -> None:
        self.go("experiments")

    def action_show_runs(self) -> None:
        self.go("runs")

    def action_show_sparsity(self) -> None:
        self.go("sparsity")

    def action_show_onset(self) -> None:
        self.go("onset")

    async def action_back(self) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self._trail:
            self.switch_mode(self._trail.pop())
        else:
            self.exit()

    async def action_clear(self) -> None:
        if isinstance(self.screen, LabScreen) and self.screen.escape():
            return
        if len(self.screen_stack) > 1 or self._trail:
            await self.action_back()

    async def action_quit(self) -> None:
        self.exit()

    def action_redraw(self) -> None:
        self.refresh(repaint=True, layout=True)

    def action_suspend(self) -> None:
        self.action_suspend_process()


def run_tui(file: Path | None = None, home: Path | None = None) -> int:
    """Run the application on this terminal; 0 unless it crashed. Says afterwards what goes on."""
    app = MobiusApp(file, home)
    app.run(mouse=False)
    if app.view.running or app.view.waiting:
        print(
            f"{app.view.running} running and {app.view.waiting} waiting runs go on; "
            "`mobius` shows them again, `mobius status` lists them"
        )
    return app.return_code or 0
