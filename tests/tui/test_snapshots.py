"""How every screen looks, cell by cell and colour by colour, at three sizes in three looks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from mobius_core.config.machine import UiSpec
from tests.tui import snapshots
from tests.tui.driving import SMALL, app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk, finished_lab

Size = tuple[int, int]
SIZES: list[Size] = [SMALL, (120, 40), (200, 60)]
SCREENS: dict[str, tuple[tuple[str, ...], str]] = {
    "experiments": (("1", "j", "b"), "prime-shuf"),
    "question": (("G", "R"), "y yes"),
    "runs": (("n", "2", "g", "space"), "1 marked"),
    "compare": (
        ("g", "space", "/", *"primes state=done", "enter", "a", "d"),
        "minus",
    ),
    "run": (("2", "/", "ctrl+u", *"primes/dense,s1", "enter", "enter"), "b test"),
    "run-cursor": (("h", "h", "h"), "at step"),
    "run-log": (("]",), "[Log]"),
    "run-results": (("]",), "[Results]"),
    "run-config": (("]",), "[Config]"),
    "sparsity": (("q", "4"), "31 -> 61"),
    "onset": (("5",), "log-rank"),
    "data": (("6",), "paper"),
    "system": (("7",), "Running"),
    "help": (("?",), "Lower case only looks"),
    "commands": (("q", "1", ":"), "what to do"),
}
"""Screen -> the keys that lead there from the one before, and words that it then shows."""


@pytest.fixture
def lab() -> Iterator[LabOnDisk]:
    """In a folder whose name has always the same length: the header shows it."""
    folder = Path(tempfile.mkdtemp(prefix="lab", dir="/tmp"))
    lab = finished_lab(folder)
    (lab.home / "config.toml").write_text("[slots]\ncpus = 2\ngpus = []\n")
    yield lab
    shutil.rmtree(folder)


async def walk(lab: LabOnDisk, size: Size, look: str) -> None:
    """Every screen of one size and look, one after the other."""
    ui = UiSpec(refresh=60.0, theme="mobius-light" if look == "light" else None)
    async with running(lab.file, size=size, ui=ui) as pilot:
        app = app_of(pilot)
        for name, (keys, words) in SCREENS.items():
            for key in keys:
                await pilot.press(key)
            await until(pilot, lambda words=words: words in text(app))  # type: ignore[misc]
            for entry in app.screen.query(Input):
                entry.cursor_blink = False
            await settle(pilot)
            snapshots.check(app, f"{name}-{size[0]}x{size[1]}", look)


async def test_every_screen_at_80x24(lab: LabOnDisk) -> None:
    await walk(lab, SMALL, "dark")


@pytest.mark.slow
@pytest.mark.parametrize("look", ["dark", "light", "no-color"])
@pytest.mark.parametrize("size", SIZES, ids=[f"{width}x{height}" for width, height in SIZES])
async def test_every_screen_in_every_look(
    lab: LabOnDisk, size: Size, look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """States, marks and the cursor are there without any colour."""
    if look == "no-color":
        monkeypatch.setenv("NO_COLOR", "1")
    await walk(lab, size, look)


async def test_no_file() -> None:
    async with running(None) as pilot:
        assert "mobius init" in text(app_of(pilot))
