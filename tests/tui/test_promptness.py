"""What a key must not wait for: parsing style sheets again, imports, the words of a worker."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from typing import Any

import pytest
from textual._compositor import Compositor, LayoutUpdate
from textual._styles_cache import StylesCache
from textual.css.parse import parse
from textual.dom import DOMNode
from textual.screen import Screen
from textual.worker import Worker

from mobius_tui import garbage, themes
from mobius_tui.screens.later import LATER
from tests.quiet import DEADLINE
from tests.tui.driving import MIDDLE, SMALL, app_of, running, settle
from tests.tui.labs import LabOnDisk

KEYS_OF_SCREENS = "234567"


async def test_a_screen_shown_first_parses_only_the_styles_of_new_widgets(
    lab: LabOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def counted(scope: str, css: str, *rest: object, **named: object) -> object:
        parsed.append(css)
        return parse(scope, css, *rest, **named)  # type: ignore[arg-type]

    async with running(lab.file, size=MIDDLE) as pilot:
        monkeypatch.setattr("textual.css.stylesheet.parse", counted)
        for key in KEYS_OF_SCREENS:
            await pilot.press(key)
            await settle(pilot)
        ours = app_of(pilot).stylesheet.source.values()
        whole = max((source.content for source in ours), key=len)
        assert whole not in parsed
        assert len(parsed) <= len(ours)


@pytest.mark.parametrize("key", ["7", "enter", "question_mark"])
async def test_a_screen_shown_first_is_painted_whole_once(
    lab: LabOnDisk, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """By its mode, above another, as a dialog: when its widgets know their sizes, no earlier."""
    painted: list[Compositor] = []
    render = Compositor.render_full_update

    def noted(compositor: Compositor, simplify: bool = False) -> LayoutUpdate:
        painted.append(compositor)
        return render(compositor, simplify)

    async with running(lab.file, size=MIDDLE) as pilot:
        await pilot.press("2")
        await settle(pilot)
        monkeypatch.setattr(Compositor, "render_full_update", noted)
        await pilot.press(key)
        await settle(pilot)
        assert painted == [app_of(pilot).screen._compositor]


async def test_going_to_a_screen_lays_nothing_out_whose_size_is_as_it_was(
    lab: LabOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(lab.file, size=MIDDLE) as pilot:
        for key in ("7", "1"):
            await pilot.press(key)
            await settle(pilot)
        laid_out: list[Screen[object]] = []
        with monkeypatch.context() as noting:
            noting.setattr(Screen, "_refresh_layout", lambda self, *_: laid_out.append(self))
            app_of(pilot).switch_mode("system")
            app_of(pilot).switch_mode("data")
        assert laid_out == [], "neither one that was there, nor what is behind a new one"
        await settle(pilot)
        await pilot.resize_terminal(*SMALL)
        await settle(pilot)
        await pilot.press("1")
        await settle(pilot)
        assert app_of(pilot).screen.size == SMALL, "it was behind another when that happened"


async def test_another_theme_is_seen_on_screens_old_and_new(lab: LabOnDisk) -> None:
    async with running(lab.file, size=MIDDLE) as pilot:
        app = app_of(pilot)
        before = app.screen.styles.background
        app.theme = themes.LIGHT.name
        await settle(pilot)
        light = app.screen.styles.background
        assert light.hex.lower() == themes.LIGHT.background
        assert light != before
        await pilot.press("7")
        await settle(pilot)
        assert app.screen.styles.background == light
        app.theme = themes.DARK.name
        await settle(pilot)
        await pilot.press("1")
        await settle(pilot)
        assert app.screen.styles.background == before, "seen before the theme changed"


async def test_a_worker_is_not_described_by_the_whole_lab(
    lab: LabOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Textual's description is the repr of all arguments: 60 ms for a lab of 1,000 runs."""
    described: dict[str, str] = {}
    run_worker = DOMNode.run_worker

    def noted(node: DOMNode, work: Any, **named: Any) -> Worker[Any]:
        described[named["name"]] = named["description"]
        return run_worker(node, work, **named)

    monkeypatch.setattr(DOMNode, "run_worker", noted)
    async with running(lab.file, size=MIDDLE) as pilot:
        for key in (*KEYS_OF_SCREENS, "2", "enter"):
            await pilot.press(key)
            await settle(pilot)
    assert {"_find", "_describe", "_read"} <= set(described)
    assert max(map(len, described.values())) < 40


def test_the_screens_that_can_be_imported_ahead_are_those_there_are() -> None:
    code = """
import sys
from mobius_tui.app import MobiusApp
from mobius_tui.screens.later import import_screens
import_screens()
before = set(sys.modules)
for make in MobiusApp.MODES.values():
    make()
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=DEADLINE
    )
    assert done.stdout.strip() == "[]"
    assert len(set(LATER)) == len(LATER)


def test_garbage_is_collected_in_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cycles that are frozen with what stays too, once they are garbage."""
    usual, now = gc.get_threshold(), [100.0]
    monkeypatch.setattr(garbage, "monotonic", lambda: now[0])
    collector = garbage.Collector()
    cycle = Cycle()
    held = weakref.ref(cycle)
    try:
        collector.begin()
        assert gc.get_freeze_count() > 0
        del cycle
        collector.saw_key()
        while gc.get_count()[2] < garbage.WORTH:
            gc.collect(1)
        assert not collector.look()
        now[0] += garbage.PAUSE
        assert held() is not None
        assert collector.look()
        assert held() is None
        assert gc.get_freeze_count() > 0
        while gc.get_count()[2] < garbage.WORTH:
            gc.collect(1)
        assert not collector.look(), "no key since"
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


class Cycle:
    """Held by nothing but itself."""

    def __init__(self) -> None:
        self.itself = self


async def test_a_screen_that_is_left_is_let_go(lab: LabOnDisk) -> None:
    """The soak counts megabytes; this says which: widgets held by a cache of their colours."""
    held = StylesCache.get_inner_outer.cache_info
    async with running(lab.file, size=MIDDLE) as pilot:
        await pilot.press("2", "enter")
        await settle(pilot)
        opened = held().currsize
        await pilot.press("q")
        await settle(pilot)
        assert held().currsize < opened / 2
