"""The terminal application: which screens there are, and who hears what. Nothing is drawn here."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final, cast

from textual import events, work
from textual.app import SuspendNotSupported
from textual.await_complete import AwaitComplete
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import AwaitMount
from textual.widgets import Input
from textual.worker import get_current_worker

from mobius_core import heap
from mobius_core.config.machine import UiSpec
from mobius_core.errors import MobiusError
from mobius_core.resolve import resolve
from mobius_core.runs.run import Run
from mobius_tui import garbage, keys, strips, themes
from mobius_tui import habits as remembered
from mobius_tui.editor import edit
from mobius_tui.habits import Habits
from mobius_tui.messages import LabSeen, Said
from mobius_tui.model import LabView, in_file_order
from mobius_tui.opening import Opening
from mobius_tui.plain import AsciiFilter
from mobius_tui.repaint import SparingApp
from mobius_tui.requests import Request
from mobius_tui.screens.base import LabScreen
from mobius_tui.screens.experiments import ExperimentsScreen
from mobius_tui.screens.later import import_screens
from mobius_tui.settings import charset, lab_of, settings
from mobius_tui.steady_css import SteadyStylesheet
from mobius_tui.steady_screen import SteadyApp
from mobius_tui.watch import Watch

SLOW: Final = 3.0
"""Seconds between two looks at the lab, at least, on a slow line."""
FIRST_PAINT: Final = 0.2
"""Seconds that the first look is given to be drawn, before what no key has asked for yet."""
ASCII_ONLY: Final = AsciiFilter()


class MobiusApp(SteadyApp, SparingApp, inherit_bindings=False):
    """Routes keys to screens, looks at the lab to screens, and requests to the lab."""

    CSS_PATH = "mobius.tcss"
    BINDINGS = keys.bindings("app")
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "experiments": ExperimentsScreen,
        "runs": lambda: screen("mobius_tui.screens.runs:RunsScreen"),
        "compare": lambda: screen("mobius_tui.screens.compare:CompareScreen"),
        "sparsity": lambda: screen("mobius_tui.screens.sparsity:SparsityScreen"),
        "onset": lambda: screen("mobius_tui.screens.onset:OnsetScreen"),
        "data": lambda: screen("mobius_tui.screens.data:DataScreen"),
        "system": lambda: screen("mobius_tui.screens.system:SystemScreen"),
    }
    """Screens by name. All but the first are imported when they are first shown."""
    ENABLE_COMMAND_PALETTE = False
    """Ours knows the actions of the key table only."""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 (as App declares it)
    AUTO_FOCUS = None
    TITLE = "mobius"

    def __init__(
        self,
        file: Path | None = None,
        home: Path | None = None,
        ui: UiSpec | None = None,
        habits: Habits | None = None,
        opening: Opening | None = None,
        *,
        owns_process: bool = False,
    ) -> None:
        ui = ui or UiSpec()
        self.keymap = keys.remap(ui.keys)
        strips.lighten()
        super().__init__(slow_line=ui.slow_line)
        self.stylesheet = SteadyStylesheet(variables=self.get_css_variables())
        self.view = LabView()
        self.disk = Watch(file, home)
        self.every = max(ui.refresh, SLOW) if ui.slow_line else ui.refresh
        """seconds between two looks"""
        self.charset = charset(ui)
        self._wake = threading.Event()
        self._pace = threading.Event()
        """set when the application ends, so that no thread sleeps on"""
        self._trail: list[str] = []
        self.habits = habits or Habits()
        self._kept = self.habits
        """as they stand on the disk"""
        self._keeping = threading.Lock()
        self._opening = opening
        """until the first look at the lab"""
        self._collector = garbage.Collector() if owns_process else None
        for one in themes.THEMES:
            self.register_theme(one)
        self.theme = themes.chosen(ui.theme, self.available_themes)
        self.set_keymap(dict(ui.keys))

    def get_line_filters(self) -> Sequence[LineFilter]:
        found = super().get_line_filters()
        return found if self.charset.braille else [*found, ASCII_ONLY]

    def get_css_variables(self) -> dict[str, str]:
        variables = super().get_css_variables()
        return {**variables, **themes.shades(self.current_theme, variables)}

    async def on_mount(self) -> None:
        wanted = self._opening.screen if self._opening is not None else ""
        known = [name for name in (wanted, self.habits.screen) if name in self.MODES]
        await self.switch_mode(known[0] if known else "experiments")
        self._watch_lab()

    async def on_event(self, event: events.Event) -> None:
        """Do what a key means before the next key is looked at.

        Textual forwards a key to the focused widget and acts when it has bubbled back; of two
        keys that come in one packet the second would then go to where the focus was before.
        """
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self._collector is not None:
                self._collector.saw_key()
            if not self.screen.is_mounted:
                # What opens a dialog does not wait until it is there.
                await AwaitMount(self.screen, [self.screen])
            focused = self.focused
            consumed = focused is not None and focused.check_consume_key(event.key, event.character)
            active = None if consumed else self.screen.active_bindings.get(event.key)
            if active is not None and active.enabled:
                if isinstance(focused, Input):
                    await caught_up(focused)
                await self.run_action(active.binding.action, active.node)
                return
        await super().on_event(event)

    def on_unmount(self) -> None:
        self._keep_habits()
        self._pace.set()
        self._wake.set()

    @work(thread=True, group="watch", exit_on_error=True)
    def _watch_lab(self) -> None:
        """Look at the lab until the end, at once after a request."""
        worker = get_current_worker()
        is_first = True
        while not worker.is_cancelled and self.is_running:
            view = self.disk.look()
            if self._collector is not None:
                if is_first:
                    self._collector.begin()
                else:
                    self._collector.look()
            if view is not None:
                self.post_message(LabSeen(view))
            if is_first and not self._pace.wait(FIRST_PAINT):
                import_screens()
            is_first = False
            self._keep_habits()
            self._wake.wait(self.every)
            self._wake.clear()

    def _keep_habits(self) -> None:
        """In a worker and as they change: a connection that drops leaves no time for it. Who
        leaves waits for a write that is under way."""
        with self._keeping:
            habits = self.habits
            if habits != self._kept:
                self._kept = habits
                remembered.write(self.view.home, habits)

    async def on_lab_seen(self, message: LabSeen) -> None:
        self.view = message.view
        opening, self._opening = self._opening, None
        if opening is not None:
            await self._open(opening)
        if isinstance(self.screen, LabScreen) and self.screen.is_mounted:
            self.screen.catch_up(message.view)

    def on_said(self, message: Said) -> None:
        if isinstance(self.screen, LabScreen):
            self.screen.say(message.text, message.tone)

    @work(thread=True, group="requests", description="request")
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

    def wait_for_look(self) -> bool:
        """Wait in a worker thread for the pace of looking; False when the application ends."""
        self._pace.wait(self.every)
        return self.is_running and not self._pace.is_set()

    # Going from screen to screen

    # Each waits until the new screen is there: a key typed ahead belongs to it.

    async def go(self, mode: str) -> None:
        """To the first level of a screen; the way back is forgotten."""
        self._trail.clear()
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        self.habits = replace(self.habits, screen=mode)
        await self.switch_mode(mode)

    async def _follow(self, mode: str) -> None:
        """To another screen, with a way back to this one."""
        self._trail.append(self.current_mode)
        await self.switch_mode(mode)

    async def _open(self, opening: Opening) -> None:
        """What was asked for on the command line."""
        if opening.subject:
            self.habits = replace(self.habits, subject=opening.subject)
        if opening.words:
            self.habits = replace(self.habits, runs_filter=opening.words)
        runs = [run for run_id in opening.runs if (run := self.view.run(run_id)) is not None]
        if len(runs) > 1:
            await self.open_compare(in_file_order(self.view, runs))
        elif runs:
            await self.open_run(runs[0], runs, opening.tab.title() or "Charts")

    async def open_runs(self, words: str) -> None:
        """The runs that match, with a way back to where one came from."""
        self.habits = replace(self.habits, runs_filter=words)
        await self._follow("runs")

    async def open_compare(self, runs: Sequence[Run]) -> None:
        """These runs beside each other, with a way back."""
        self.habits = replace(self.habits, compared=tuple(run.id for run in runs))
        await self._follow("compare")

    async def open_run(self, run: Run, among: Sequence[Run], tab: str) -> None:
        """One run; `among` are its neighbours for `(` and `)`."""
        from mobius_tui.screens.run import RunScreen

        await self.push_screen(RunScreen(run, among, tab=tab))

    def pop_screen(self) -> AwaitComplete:
        garbage.let_go_of(self.screen)
        return super().pop_screen()

    async def action_show_experiments(self) -> None:
        await self.go("experiments")

    async def action_show_runs(self) -> None:
        await self.go("runs")

    async def action_show_compare(self) -> None:
        await self.go("compare")

    async def action_show_sparsity(self) -> None:
        await self.go("sparsity")

    async def action_show_data(self) -> None:
        await self.go("data")

    async def action_show_system(self) -> None:
        await self.go("system")

    async def action_show_onset(self) -> None:
        await self.go("onset")

    async def action_back(self) -> None:
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        elif self._trail:
            await self.switch_mode(self._trail.pop())
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
        self.shown.forget()
        self.refresh(repaint=True, layout=True)

    def action_suspend(self) -> None:
        self.action_suspend_process()

    def action_help(self) -> None:
        from mobius_tui.screens.help import HelpScreen

        bindings = self.screen.active_bindings.values()
        here = {active.binding.id for active in bindings if active.binding.id}
        self.push_screen(HelpScreen(here, self.keymap))

    def action_commands(self) -> None:
        from textual.command import CommandPalette

        from mobius_tui.commands import ActionCommands

        self.push_screen(CommandPalette(providers=[ActionCommands], placeholder="what to do"))

    def edit(self, path: Path, line: int) -> None:
        """Hand the terminal to the editor, then look at the file again."""
        try:
            with self.suspend():
                edit(path, line)
        except MobiusError as error:
            self.post_message(Said(str(error), "bad"))
        except SuspendNotSupported:
            self.post_message(Said("this terminal cannot be handed to an editor", "bad"))
        self._wake.set()


async def caught_up(entry: Input) -> None:
    """Until it holds what was typed so far: enter must not overtake a pasted text."""
    done = asyncio.Event()
    entry.call_later(done.set)
    await done.wait()


def screen(name: str) -> Screen[None]:
    """A new screen by "module:class"."""
    return cast("type[Screen[None]]", resolve(name))()


def run_tui(
    file: Path | None = None, home: Path | None = None, opening: Opening | None = None
) -> int:
    """Run the application on this terminal and say afterwards what goes on.

    0, or 1 after a crash; UsageError for a config.toml with mistakes.
    """
    # Under nohup too: on a terminal that is gone Textual would read its end for ever.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    habits = remembered.read(lab_of(file, home))
    heap.keep_together()
    app = MobiusApp(file, home, settings(file, home), habits, opening, owns_process=True)
    app.run(mouse=False)
    view = app.view
    if view.running or view.waiting:
        going = f"{view.running} running and {view.waiting} waiting runs go on"
        print(f"{going}; `mobius` shows them again, `mobius status` lists them")
    return app.return_code or 0
