"""The whole program on a pseudo-terminal: starting, keys, idling, memory, bytes on the line."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mobius_core.runs.folder import RunFolder
from mobius_tui import habits
from mobius_tui.bench import lab
from mobius_tui.bench.figure import Figure
from mobius_tui.bench.terminal import Program

TUI: Final = ("-m", "mobius_tui")
SIZE: Final = (120, 40)
SMALL: Final = (112, 27)
RUNS: Final = 1000
STARTS: Final = 5
SECONDS: Final = 10.0
"""How long idling is watched."""
STEPS: Final = 50_000
POINTS: Final = 20
VISITS: Final[dict[str, tuple[str, ...]]] = {
    "experiments": ("1", "j", "k", "b", "j", "G", "g", "b"),
    "runs": ("2", "j", "j", "k", "\x04", "\x04", "G", "g", "o", "b", "b", "b", "b", " ", "a", "a"),
    "run": ("\r", "h", "h", "l", "x", "y", "s", "s", "s", "s", "+", "-", "]", "j", "]", "q"),
    "compare": ("3", "v", "v", "*", "h", "l"),
    "sparsity": ("4", "h", "l", "+", "-", "]", "["),
    "onset": ("5", "j", "k", "v", "v", "v"),
    "data": ("6",),
    "system": ("7",),
    "help": ("?", "j", "k", "q"),
}
"""Screen -> the key that opens it, and keys that it answers with something else to see."""
ROUNDS: Final = 4


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="mobius-bench-") as name:
        many = Path(name) / "many"
        lab.finished_lab(many, RUNS)
        yield from start(many)
        yield from keys(many)
        yield from opening(Path(name) / "long")
        yield from living(Path(name) / "live")


def start(folder: Path) -> Iterator[Figure]:
    """CPU time until the footer of the first frame has come, and until the runs are listed."""
    first, listed, held = [], [], []
    for _ in range(STARTS):
        as_at_first(folder)
        with Program(TUI, folder, SIZE) as program:
            first.append(program.until("Experiments"))
            program.until("sweep")
            listed.append(program.settle(0.5))
            program.paint("2")
            program.settle(0.5)
            held.append(program.megabytes)
    note = f"of {STARTS}; the runs of a lab of {RUNS:,} are there after {min(listed):.0f}"
    yield Figure("process start to first frame", min(first), "ms", 450, note=note)
    yield Figure(f"memory, {RUNS:,} runs listed", min(held), "MB", 90)


def as_at_first(folder: Path) -> None:
    """Forget where somebody left the screens of a lab."""
    (folder / "mobius_lab" / habits.FILE).unlink(missing_ok=True)


def keys(folder: Path) -> Iterator[Figure]:
    """Every screen and its keys, in turns. The first visit of each, which imports it, counts."""
    took: dict[str, list[float]] = {screen: [] for screen in VISITS}
    as_at_first(folder)
    with Program(TUI, folder, SIZE) as program:
        program.until("sweep")
        program.settle(0.5)
        for _ in range(ROUNDS):
            for screen, presses in VISITS.items():
                painted = [program.paint(key) for key in presses]
                took[screen] += [spent for spent in painted if spent is not None]
    every = sorted(spent for ones in took.values() for spent in ones)
    note = f"of {len(every)} keys"
    yield Figure("key to paint, median", statistics.median(every), "ms", 50, note=note)
    yield Figure("key to paint, 99th percentile", every[int(0.99 * len(every))], "ms", 100)
    for screen, ones in took.items():
        worst = f"at most {max(ones):.0f}"
        yield Figure(f"key to paint: {screen}", statistics.median(ones), "ms", 50, note=worst)


def opening(folder: Path) -> Iterator[Figure]:
    """From the start of the process to the drawn curves of a run of many steps."""
    lab.long_run(folder, STEPS)
    took = []
    for _ in range(STARTS):
        as_at_first(folder)
        with Program(TUI, folder, SIZE) as program:
            program.until("sweep")
            program.press("2\r")
            program.until("accuracy")
            took.append(program.settle(0.5))
    name = f"run of {STEPS:,} steps x 3 metrics, opened cold to drawn"
    yield Figure(name, min(took), "ms", 1700, note=f"of {STARTS}, from process start; aim 800")


def living(folder: Path) -> Iterator[Figure]:
    """What live runs cost while nobody presses a key, in time and in bytes."""
    with lab.live_lab(folder, runs=4, a_second=10), Program(TUI, folder, SIZE) as program:
        program.until("sweep")
        program.settle(0.3)
        idle = busy(program)
        program.press("2\r")
        program.until("accuracy")
        watched = busy(program)
    yield Figure("idle, four live runs: Experiments", idle, "% of a core", 3)
    yield Figure("idle, four live runs: one on the Run screen", watched, "% of a core", 3)
    with lab.live_lab(folder / "one", 1, a_second=0.01) as runs:
        for step in range(1, 400):
            lab.add_row(runs[0], step)
        with Program(TUI, folder / "one", SMALL) as program:
            program.until("sweep")
            program.press("2\r")
            program.until("accuracy")
            program.settle(1.5)
            whole = bytes_of(program, "\x0c")
            each = [a_point(program, runs, step) for step in range(400, 400 + POINTS)]
    width, height = SMALL
    yield Figure(f"bytes of a full redraw {width}x{height}, Run screen", whole, "B", 8000)
    middle = statistics.median(each)
    note = f"median of {POINTS}, three metrics and a line of log; at most {max(each):,}"
    yield Figure("bytes of a live point", middle, "B", 1000, note=note)


def busy(program: Program) -> float:
    """Per cent of a core over some seconds in which nobody presses a key."""
    program.settle(0.1)
    begun, before = time.monotonic(), program.cpu
    while time.monotonic() < begun + SECONDS:
        program.read(0.1)
    return (program.cpu - before) / 10 / (time.monotonic() - begun)


def bytes_of(program: Program, keys: str) -> int:
    before = program.written
    program.press(keys)
    program.settle(0.3)
    return program.written - before


def a_point(program: Program, runs: list[RunFolder], step: int) -> int:
    """Bytes that one more row costs, once the screen has noticed it."""
    before = program.written
    lab.add_row(runs[0], step)
    program.read(3.0)
    program.settle(0.3)
    return program.written - before
