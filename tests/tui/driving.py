"""Driving the application: waiting for events with a deadline, and reading what is drawn."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual._context import visible_screen_stack
from textual.strip import Strip

from mobius_core.config.machine import UiSpec
from mobius_tui.app import MobiusApp
from mobius_tui.habits import Habits
from mobius_tui.opening import Opening
from tests.quiet import DEADLINE, QuietPilot, Threads, quietly

SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (160, 45)


@asynccontextmanager
async def running(
    file: Path | None,
    home: Path | None = None,
    size: tuple[int, int] = SMALL,
    ui: UiSpec | None = None,
    habits: Habits | None = None,
    opening: Opening | None = None,
) -> AsyncIterator[QuietPilot]:
    """The application on a lab, after its first look at it."""
    app = MobiusApp(file, home, ui or UiSpec(refresh=60.0), habits, opening)
    threads = Threads()
    app._wake, app._pace = threads.pace(), threads.pace()
    async with quietly(app, size, threads) as pilot:
        await until(pilot, lambda: app.view.loaded and "reading the lab" not in text(app))
        await settle(pilot)
        yield pilot


async def until(pilot: QuietPilot, condition: Callable[[], bool]) -> None:
    """Let the application work until the condition holds."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"never happened; the screen is\n{text(app_of(pilot))}"
        await pilot.moment()


async def settle(pilot: QuietPilot) -> None:
    """Until nothing is left to do, and what is drawn stays as it is."""
    await pilot.pause()


def app_of(pilot: QuietPilot) -> MobiusApp:
    app = pilot.app
    assert isinstance(app, MobiusApp)
    return app


def text(app: MobiusApp) -> str:
    """What the screen shows, as characters."""
    return "\n".join(strip.text.rstrip() for strip in strips(app))


def strips(app: MobiusApp) -> list[Strip]:
    """The rows of the screen, over what shows through it."""
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()
