"""Every screen at any size and at any moment, and with nothing to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.driving import app_of, running, settle, text, until
from tests.tui.labs import LabOnDisk, empty_lab

SCREENS = ("experiments", "runs", "compare", "sparsity", "onset", "data", "system")
SIZES = ((200, 60), (60, 12), (120, 40), (80, 24))
TO_DO = {
    "experiments": "press R",
    "runs": "R there queues what is missing",
    "compare": "d sets them beside each other",
    "sparsity": "writes one",
    "onset": "mobius new",
    "data": "[data.NAME]",
    "system": "R on an experiment",
}
"""What to do next, where there is nothing yet."""
EMPTY = """\
schema = 1
[experiments.never]
task = { kind = "command" }
command = { argv = ["true"] }
"""


@pytest.mark.slow
async def test_every_screen_takes_every_size(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        for number, name in enumerate(SCREENS, 1):
            await pilot.press(str(number))
            for width, height in SIZES:
                await pilot.resize_terminal(width, height)
                await settle(pilot)
                rows = text(app).splitlines()
                assert app.current_mode == name
                assert rows[0].startswith(" mobius"), name
                assert rows[-1].endswith("? keys"), name
                assert len(rows) == height
                assert max(map(len, rows)) <= width


@pytest.mark.slow
async def test_a_run_takes_every_size_in_every_tab(lab: LabOnDisk) -> None:
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        await pilot.press("2", "/", *"primes/dense,s0", "enter", "enter")
        for tab in ("Charts", "Log", "Results", "Config", "Events", "Env", "System"):
            for width, height in SIZES:
                await pilot.resize_terminal(width, height)
                await settle(pilot)
                rows = text(app).splitlines()
                assert f"[{tab}]" in rows[1]
                assert len(rows) == height
            await pilot.press("]")


async def test_every_empty_screen_says_what_to_do_next(tmp_path: Path) -> None:
    lab = empty_lab(tmp_path, EMPTY)
    async with running(lab.file) as pilot:
        app = app_of(pilot)
        for number, name in enumerate(SCREENS, 1):
            await pilot.press(str(number))
            await until(pilot, lambda name=name: TO_DO[name] in text(app))  # type: ignore[misc]


@pytest.mark.slow
async def test_no_key_of_an_empty_screen_fails(tmp_path: Path) -> None:
    lab = empty_lab(tmp_path, EMPTY)
    async with running(lab.file) as pilot:
        for number in range(1, len(SCREENS) + 1):
            keys = ("w", "escape", "c", "z", "z", "tab", "u", "d", "v", "b", "space", "T", "X")
            await pilot.press(str(number), *keys, "escape", "asterisk")
            assert app_of(pilot).return_code in (None, 0)
