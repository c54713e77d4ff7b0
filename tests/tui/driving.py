"""Driving the application: waiting for events with a deadline, and reading what is drawn."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from mobius_core.config.machine import UiSpec
from mobius_tui.app import MobiusApp
from mobius_tui.habits import Habits
from mobius_tui.opening import Opening

DEADLINE = 30.0
"""Seconds; a machine that is busy with other tests may take long for little."""

SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (160, 45)


@asynccontextmanager
async def running(
    file: Path | None,
    home: Path | None = None,
    size: tuple[int, int] = SMALL,
    ui: UiSpec | None = None,
    habits: Habits | None = None,
    opening: Opening | None = None,
) -> AsyncIterator[Pilot[None]]:
    """The application on a lab, after its first look at it."""
    app = MobiusApp(file, home, ui or UiSpec(refresh=60.0), habits, opening)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.view.loaded and "reading the lab" not in text(app))
        await settle(pilot)
        yield pilot


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Let the application work until the condition holds."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"never happened; the screen is\n{text(app_of(pilot))}"
        await pilot.pause(0.01)


async def settle(pilot: Pilot[None]) -> None:
    """Until what is drawn stays as it is for a while, whatever else the machine is doing."""
    app = app_of(pilot)
    same, before = 0, ""
    while same < 3:
        await pilot.pause(0.02)
        now = text(app)
        same, before = (same + 1 if now == before else 0), now


def app_of(pilot: Pilot[None]) -> MobiusApp:
    app = pilot.app
    assert isinstance(app, MobiusApp)
    return app


def text(app: MobiusApp) -> str:
    """What the screen shows, as characters."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())
