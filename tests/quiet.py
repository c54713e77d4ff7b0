"""Waiting until an application has done all that it can do, without watching the processor.

Textual's own pilot sleeps until the process takes no CPU time, 20 ms at least for each key, and
more on a busy machine. Here the event loop, the threads and the screens are asked instead.
"""

from __future__ import annotations

import asyncio
import threading
import unicodedata
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, ParamSpec, TypeVar

from textual import events
from textual.app import App, ScreenStackError
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

DEADLINE = 30.0
"""Seconds; a machine that is busy with other tests may take long for little."""
SHORT = 0.05
"""Seconds that Textual gives another screen to be ready; and 1/120 s to further changes of size."""
MOMENT = 0.01
"""Seconds between two looks at what is not of this process."""

P = ParamSpec("P")
T = TypeVar("T")


class Threads(ThreadPoolExecutor):
    """The threads of an event loop, which tell when one has done its work or waits at its pace."""

    def __init__(self) -> None:
        super().__init__(thread_name_prefix="asyncio")
        self._loop = asyncio.get_running_loop()
        self._counting = threading.Lock()
        self._at_work = 0
        self._paces: list[Pace] = []
        self.moved = asyncio.Event()
        """set whenever one came to rest"""
        self._loop.set_default_executor(self)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        self.count(1)
        future = super().submit(fn, *args, **kwargs)
        # What its work posted is in the loop by now; its result follows, which nobody looks at.
        future.add_done_callback(lambda _: self.count(-1))
        return future

    def pace(self) -> Pace:
        """A pace at which threads of these may wait for their next look."""
        pace = Pace(self)
        self._paces.append(pace)
        return pace

    def count(self, change: int) -> None:
        """One has taken up work (1) or come to rest (-1)."""
        with self._counting:
            self._at_work += change
        if change < 0:
            with suppress(RuntimeError):  # the loop is closed, and nobody waits
                self._loop.call_soon_threadsafe(self.moved.set)

    @property
    def are_busy(self) -> bool:
        """Whether one is at work, or is called to it."""
        return self._at_work > 0 or any(pace.is_set() for pace in self._paces)


class Pace(threading.Event):
    """An event whose waiting threads are at rest until it is set or their time is over."""

    def __init__(self, threads: Threads) -> None:
        super().__init__()
        self._threads = threads

    def wait(self, timeout: float | None = None) -> bool:
        self._threads.count(-1)
        try:
            return super().wait(timeout)
        finally:
            self._threads.count(1)


class QuietPilot(Pilot[None]):
    """Presses keys, and waits for messages, threads and drawing instead of for an idle process."""

    def __init__(self, app: App[Any], threads: Threads) -> None:
        super().__init__(app)
        self.threads = threads

    async def press(self, *keys: str) -> None:
        for key in keys:
            event = key_event(key)
            event.set_sender(self.app)
            self.app.post_message(event)
            await self.pause()

    async def pause(self, delay: float | None = None) -> None:
        """Until nothing is left to do; `delay` is not waited for."""
        try:
            async with asyncio.timeout(DEADLINE):
                while await self.advance():
                    pass
        except TimeoutError:
            workers = ", ".join(worker.name for worker in self.app.workers)
            raise AssertionError(f"never quiet; there are the workers {workers}") from None

    async def advance(self) -> bool:
        """Do what is next, or wait until a thread has done it; whether there was anything."""
        self.threads.moved.clear()
        await self.messages()
        if self.app._exit or self.app._exception is not None:
            return False
        if self.draw():
            return True
        if self.app.animator._animations or self.app.animator._scheduled:
            await self.app.animator.wait_until_complete()
            return True
        if tasks := [task for worker in self.app.workers if (task := task_of(worker)) is not None]:
            await asyncio.wait(tasks)
            return True
        if self.end_delays():
            return True
        if self.threads.are_busy:
            await self.threads.moved.wait()
            return True
        # A thread that came to rest just now may have left messages.
        return has_work()

    async def messages(self) -> None:
        """Until every message that is there has been dealt with, and those it led to."""
        await asyncio.sleep(0)
        while has_work():
            await asyncio.sleep(0)

    def draw(self) -> bool:
        """Draw what waits for the next frame, as its timer would; whether anything did."""
        waiting = [screen for screen in shown_screens(self.app) if is_to_draw(screen)]
        for screen in waiting:
            screen._on_timer_update()
        return bool(waiting)

    def end_delays(self) -> bool:
        """Let what Textual has put off for a moment happen now; whether there was any."""
        delays = [timer for timer in self.app._timers if is_delay(timer)]
        for timer in delays:
            callback = timer._callback
            assert callback is not None
            timer.stop()
            callback()
        return bool(delays)

    async def moment(self) -> None:
        """Until a thread comes to rest, or for long enough to look again at what others do."""
        await self.messages()
        while self.draw() or self.end_delays():
            await self.messages()
        self.threads.moved.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.threads.moved.wait(), MOMENT)


@asynccontextmanager
async def quietly(
    app: App[Any], size: tuple[int, int], threads: Threads | None = None
) -> AsyncIterator[QuietPilot]:
    """The application without a terminal, driven by a pilot that waits for it alone."""
    pilot = QuietPilot(app, threads or Threads())
    async with app.run_test(size=size):
        await pilot.pause()
        yield pilot


def has_work() -> bool:
    """Whether the event loop has anything to run but who asks. It has no public way to say."""
    return bool(asyncio.get_running_loop()._ready)  # type: ignore[attr-defined]


def shown_screens(app: App[Any]) -> list[Screen[Any]]:
    """The current one and those below it that it may show through; none at the end."""
    try:
        return [*app._background_screens, app.screen]
    except ScreenStackError:
        return []


def is_to_draw(screen: Screen[Any]) -> bool:
    """Whether its timer is on its way to the next frame."""
    return screen._update_timer._active.is_set()


def is_delay(timer: Timer) -> bool:
    """Whether it rings once and soon."""
    is_short = timer._repeat == 0 and timer._interval <= SHORT
    return is_short and timer._task is not None and not timer._task.done()


def task_of(worker: Worker[Any]) -> asyncio.Task[None] | None:
    """Its task, if that is at work itself and does not only wait for a thread."""
    return None if worker._thread_worker or worker.is_finished else worker._task


def key_event(key: str) -> events.Key:
    """As Textual's pilot makes it: `a`, `enter`, `ctrl+u`, `?`."""
    if len(key) == 1 and not key.isalnum():
        key = _character_to_key(key)
    name = _get_unicode_name_from_key(REPLACED_KEYS.get(key, key))
    try:
        character: str | None = unicodedata.lookup(name)
    except KeyError:
        character = key if len(key) == 1 else None
    return events.Key(key, character)
