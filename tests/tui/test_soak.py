"""Left open for long over many live runs, the interface grows in nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mobius_tui.bench import lab
from mobius_tui.bench.terminal import Program

RUNS = 50
SCREENS = "1234567"
ON_A_RUN = "j\r]][[(hlsszz"
"""Keys from the list of runs: one is opened; its tabs, its neighbours, the cursor, smoothing, a
pane and back."""
WARM = 3
"""Rounds after which everything that is read once has been read."""
REST = 4.0
"""Seconds: a pause, and a look at the lab."""
MEGABYTES = 12.0
"""Allowed growth: what the allocator keeps, and the curves of the runs that were opened."""


@pytest.mark.slow
def test_a_minute_over_fifty_live_runs(tmp_path: Path) -> None:
    soak(tmp_path, seconds=60.0)


@pytest.mark.soak
def test_half_an_hour_over_fifty_live_runs(tmp_path: Path) -> None:
    soak(tmp_path, seconds=1800.0)


def soak(folder: Path, seconds: float) -> None:
    """Go through all screens again and again, reading what is written; compare early with late."""
    with (
        lab.live_lab(folder, RUNS, a_second=2),
        Program(["-m", "mobius_tui"], folder, (120, 40)) as program,
    ):
        program.until("sweep")
        rounds, held, handles = 0, 0.0, 0
        end = time.monotonic() + seconds
        while time.monotonic() < end or rounds <= WARM + 1:
            for screen in SCREENS:
                press(program, screen)
            press(program, "2")
            for key in ON_A_RUN:
                press(program, key)
            rounds += 1
            text = program.glass.text
            assert f"{RUNS} run" in text, f"round {rounds}\n{text}"
            if rounds == WARM:
                held, handles = at_rest(program), program.handles
        grown = at_rest(program) - held
        print(f"{grown:.1f} MB more than {held:.1f} after {rounds} rounds")
        assert program.handles <= handles + 2, "open files, pipes or sockets pile up"
        assert grown < MEGABYTES, f"{grown:.1f} MB more after {rounds} rounds"


def at_rest(program: Program) -> float:
    """Megabytes in a pause, in which it collects its garbage; what it draws meanwhile is read."""
    end = time.monotonic() + REST
    while time.monotonic() < end:
        program.read(0.1)
    return program.megabytes


def press(program: Program, key: str) -> None:
    """A key, and what it paints, read to the first pause."""
    program.press(key)
    program.read(0.5)
    program.settle(0.03)
