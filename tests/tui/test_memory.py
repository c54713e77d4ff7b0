"""What the interface holds: what is no longer shown goes without a full collection of garbage."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
import weakref
from array import array
from contextlib import suppress
from pathlib import Path

import pytest
from rich.cells import cached_cell_len
from rich.segment import Segment
from textual.cache import FIFOCache
from textual.dom import DOMNode
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from mobius_core import heap
from mobius_core.analysis.seed_band import seed_band
from mobius_tui import garbage, strips
from mobius_tui.bench.terminal import status_of
from mobius_tui.components import Components
from mobius_tui.screens.compare_reader import of_one_column
from tests.quiet import DEADLINE
from tests.tui.driving import MIDDLE, app_of, running, settle
from tests.tui.labs import LabOnDisk

BLOCK, BLOCKS = 100_000, 400
"""Bytes below glibc's threshold for mappings of their own, 40 MB together."""


class Watched(Strip):
    """A strip that can be seen to go: without slots it has weak references."""


def test_a_strip_that_is_drawn_whole_goes_when_it_is_no_longer_shown() -> None:
    strips.lighten()
    strip = Watched([Segment("abc")])
    held = weakref.ref(strip)
    gc.disable()
    try:
        assert strip.divide([3, 9]) == [strip]
        assert strip.adjust_cell_length(3) is strip
        del strip
        assert held() is None
    finally:
        gc.enable()


def test_a_strip_that_is_cut_is_cut_as_before() -> None:
    strips.lighten()
    strip = Strip([Segment("abcde")])
    assert [part.text for part in strip.divide([2, 5, 9])] == ["ab", "cde"]
    assert strip.adjust_cell_length(7).text == "abcde  "
    assert strip.adjust_cell_length(2).text == "ab"


def test_strips_have_the_caches_of_textual_where_they_are_used() -> None:
    strips.lighten()
    whole, light = Strip.__new__(Strip), Strip([Segment("abcde")], 5)
    strips.begin_of_textual(whole, [Segment("abcde")], 5)
    caches = {
        name: one for name in made(whole) if isinstance(one := getattr(whole, name), FIFOCache)
    }
    assert {name: one._maxsize for name, one in caches.items()} == strips.CACHES
    assert made(light) == made(whole) - caches.keys()
    assert light.crop(1, 3) is light.crop(1, 3)
    assert made(light) & caches.keys() == {"_crop_cache"}
    with pytest.raises(AttributeError, match="nothing"):
        light.nothing  # type: ignore[attr-defined]  # noqa: B018


def made(strip: Strip) -> set[str]:
    """The attributes that are there, without asking for them."""
    found = set()
    for name in Strip.__slots__:
        with suppress(AttributeError):
            Strip.__dict__[name].__get__(strip)
            found.add(name)
    return found


async def test_parts_of_widgets_look_as_the_style_sheet_says(lab: LabOnDisk) -> None:
    """Those that are made when they are drawn, and those that another theme changes."""
    async with running(lab.file, size=MIDDLE) as pilot:
        app = app_of(pilot)
        await pilot.press("2")
        await settle(pilot)
        dark = rules_of_parts(app.screen)
        assert dark == as_textual_makes_them(app.screen)
        app.theme = "textual-light"
        await settle(pilot)
        light = rules_of_parts(app.screen)
        assert light == as_textual_makes_them(app.screen)
        assert light != dark


def rules_of_parts(screen: Screen[object]) -> list[object]:
    return [
        widget.get_component_styles(name).get_rules()
        for widget in screen.walk_children(Widget, with_self=True)
        for name in sorted(widget._get_component_classes())
    ]


def as_textual_makes_them(screen: Screen[object]) -> list[object]:
    """By a new node for each."""
    found: list[object] = []
    for widget in screen.walk_children(Widget, with_self=True):
        for name in sorted(widget._get_component_classes()):
            node = DOMNode(classes=name)
            node._attach(widget)
            screen.app.stylesheet.apply(node)
            found.append(node.styles.get_rules())
    return found


async def test_parts_of_a_run_that_is_left_go_with_it(lab: LabOnDisk) -> None:
    async with running(lab.file, size=MIDDLE) as pilot:
        await pilot.press("2", "enter")
        await settle(pilot)
        widgets = app_of(pilot).screen.walk_children(Widget, with_self=True)
        drawn = [one._component_styles for one in widgets if one._get_component_classes()]
        assert all(isinstance(components, Components) for components in drawn)
        parts = [
            weakref.ref(styles.node)
            for components in drawn
            for styles in components.values()
            if styles.node is not None
        ]
        could = sum(len(one._get_component_classes()) for one in widgets)
        assert 0 < len(parts) < could / 3, "made although they are not drawn"
        del widgets, drawn
        gc.disable()
        try:
            await pilot.press("q")
            await settle(pilot)
            assert [part for part in parts if part() is not None] == []
        finally:
            gc.enable()


def test_holes_are_given_back_in_the_first_pause_after_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, given = [100.0], list[float]()
    monkeypatch.setattr(garbage, "monotonic", lambda: now[0])
    monkeypatch.setattr(heap, "give_back", lambda: given.append(now[0]))
    collector = garbage.Collector()
    now[0] += garbage.PAUSE
    collector.look()
    assert given == [], "no key yet"
    collector.saw_key()
    collector.look()
    assert given == [], "no pause yet"
    now[0] += garbage.PAUSE
    collector.look()
    collector.look()
    assert given == now, "once"


THREADS = """
import ctypes, sys, threading
from mobius_core import heap
assert heap.keep_together()
kept, all_at_once = [], threading.Barrier(4)
def work():
    all_at_once.wait()
    kept.extend(bytearray(1000) for _ in range(1000))
    all_at_once.wait()
threads = [threading.Thread(target=work) for _ in range(4)]
[one.start() for one in threads]
[one.join() for one in threads]
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(library.fopen(sys.argv[1].encode(), b"w"))
library.malloc_info(0, file)
library.fclose(file)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="no glibc")
def test_threads_share_one_heap(tmp_path: Path) -> None:
    said = tmp_path / "malloc.xml"
    subprocess.run([sys.executable, "-c", THREADS, said], check=True, timeout=DEADLINE)
    assert said.read_text().count("<heap nr=") == 1


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_pages_between_others_are_given_back() -> None:
    kept, large = [], []
    for _ in range(BLOCKS):
        large.append(bytearray(BLOCK))
        kept.append(bytearray(BLOCK // 20))
    for block in large:
        block[:] = b"x" * BLOCK
    most = resident()
    del block, large
    heap.give_back()
    assert most - resident() > BLOCK * BLOCKS / 2 / 1000
    assert len(kept) == BLOCKS


def resident() -> int:
    """kB."""
    return status_of(os.getpid(), "VmRSS")


def test_widths_are_forgotten_where_there_are_many() -> None:
    cached_cell_len.cache_clear()
    cached_cell_len("a text that is on the screen")
    garbage.forget_widths()
    assert cached_cell_len.cache_info().currsize == 1
    for number in range(garbage.TEXTS):
        cached_cell_len(f"step {number}")
    garbage.forget_widths()
    assert cached_cell_len.cache_info().currsize == 0


def test_metrics_of_the_same_steps_share_their_column() -> None:
    steps, values = array("q", [10, 20, 30]), array("d", [0.1, 0.2, 0.3])
    bands = {
        "train_loss": seed_band([(steps, values)]),
        "test_acc": seed_band([(steps[:], values)]),
        "rare": seed_band([(steps[:2], values[:2])]),
        "as_rare": seed_band([(steps[:2], values[1:])]),
    }
    shared = of_one_column(bands)
    assert shared == bands
    assert list(shared) == list(bands)
    assert shared["test_acc"].steps is shared["train_loss"].steps
    assert shared["as_rare"].steps is shared["rare"].steps
