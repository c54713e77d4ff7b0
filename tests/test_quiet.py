"""The wait for a quiet application does not end before what follows from a key."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from rich.console import RenderableType
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from tests.quiet import Threads, quietly

LATE = 0.1
"""Seconds that a thread or a task takes here: several frames."""


class Working(App[None]):
    """Whose keys have their effects late, each in another way."""

    BINDINGS = [  # noqa: RUF012 (as App declares it)
        Binding("t", "in_a_thread"),
        Binding("k", "in_a_task"),
        Binding("w", "wake_the_reader"),
        Binding("r", "after_refreshes"),
        Binding("s", "on_another_screen"),
    ]

    def __init__(self, pace: threading.Event) -> None:
        super().__init__()
        self.pace = pace
        self.looks = 0
        self.drawn: list[str] = []
        """the rows of the last frame"""

    def compose(self) -> ComposeResult:
        yield Static("nothing yet")

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        if renderable is not None and not self._batch_count:
            self.drawn = [strip.text.rstrip() for strip in screen._compositor.render_strips()]

    def on_mount(self) -> None:
        self.look_again()

    def on_unmount(self) -> None:
        self.pace.set()

    def say(self, words: str) -> None:
        self.screen.query_one(Static).update(words)

    @work(thread=True)
    def look_again(self) -> None:
        while self.is_running:
            self.looks += 1
            self.call_later(self.say, f"look {self.looks}")
            self.pace.wait(60)
            self.pace.clear()

    @work(thread=True)
    def action_in_a_thread(self) -> None:
        threading.Event().wait(LATE)
        self.call_from_thread(self.say, "of a thread")

    @work
    async def action_in_a_task(self) -> None:
        await asyncio.sleep(LATE)
        self.say("of a task")

    def action_wake_the_reader(self) -> None:
        self.pace.set()

    def action_after_refreshes(self) -> None:
        self.say("soon")
        self.call_after_refresh(self.call_after_refresh, self.say, "after refreshes")

    def action_on_another_screen(self) -> None:
        self.push_screen(Other())
        self.delay_update()


class Other(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Static("another screen")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("t", "of a thread"),
        ("k", "of a task"),
        ("w", "look 2"),
        ("r", "after refreshes"),
        ("s", "another screen"),
    ],
)
async def test_what_follows_from_a_key_is_drawn(key: str, words: str) -> None:
    threads = Threads()
    app = Working(threads.pace())
    async with quietly(app, (20, 3), threads) as pilot:
        assert app.drawn[0] == "look 1"
        await pilot.press(key)
        assert app.drawn[0] == words


async def test_another_size_is_drawn() -> None:
    threads = Threads()
    app = Working(threads.pace())
    async with quietly(app, (20, 3), threads) as pilot:
        await pilot.resize_terminal(30, 4)
        assert len(app.drawn) == 4
