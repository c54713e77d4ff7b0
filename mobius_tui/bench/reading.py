"""What a log of a gigabyte costs: its end on the screen, and a search through all of it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from textual.app import App, ComposeResult

from mobius_core.metrics.log_search import Needle
from mobius_tui.bench.figure import Figure, milliseconds
from mobius_tui.widgets.log_view import LogView

BYTES: Final = 1_000_000_000
LINE: Final = (
    b"14:01:%02d step %7d  train .9876 .0012  test .9912 .108  and words to make it longer\n"
)
LAST: Final = b"the needle\n"


class LogApp(App[None]):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        yield LogView()

    def open(self) -> None:
        self.query_one(LogView).show(self._path)


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="mobius-bench-") as folder:
        path = Path(folder) / "log.txt"
        block = b"".join(LINE % (n % 60, n) for n in range(10_000))
        with path.open("wb") as file:
            for _ in range(BYTES // len(block)):
                file.write(block)
            file.write(LAST)
        size = path.stat().st_size
        name = f"log of {size / 1e9:.2g} GB"
        yield Figure(f"{name}: its end on the screen", asyncio.run(opened(path)), "ms", 100)
        for text in ("the needle", "The Needle"):
            took = milliseconds(lambda: Needle(text).after(path, 0, size), 2)  # noqa: B023
            yield Figure(f"{name}: search for {text!r}", size / 1e3 / took, "MB/s", 300, least=True)


async def opened(path: Path) -> float:
    """CPU milliseconds until the last line of the file is drawn."""
    app = LogApp(path)
    async with app.run_test(size=(120, 40)) as pilot:
        begun = time.process_time_ns()
        app.open()
        while LAST.decode().strip() not in shown(app):
            await pilot.pause(0)
        return (time.process_time_ns() - begun) / 1e6


def shown(app: LogApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())
