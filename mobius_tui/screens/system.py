"""System: processors, memory and disk of this machine, and the runs on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import work
from textual.widget import Widget
from textual.worker import get_current_worker

from mobius_core.runs.run import Run
from mobius_tui import machine
from mobius_tui.gpu_view import GpuView, look_at_gpus
from mobius_tui.keys import Hint
from mobius_tui.machine import MachineView, Usage, gib
from mobius_tui.messages import Latest
from mobius_tui.model import LabView
from mobius_tui.screens.base import LabScreen
from mobius_tui.screens.running import running
from mobius_tui.widgets.bar import bar
from mobius_tui.widgets.pane import Pane
from mobius_tui.widgets.styled import Cell, Line, Tone, line
from mobius_tui.widgets.words import Words

BAR = 24
"""Cells of a full bar: beside it 80 columns hold the load of 128 threads."""
TIGHT = 0.9
"""Share from which a bar warns."""


class MachineSeen(Latest):
    def __init__(self, seen: MachineView, busy: float | None, gpus: Sequence[GpuView]) -> None:
        super().__init__()
        self.seen = seen
        self.busy = busy
        self.gpus = gpus


class SystemScreen(LabScreen):
    HERE = "System"
    FOCUS = "#on-it"
    HINTS = (Hint(("zoom_pane",)), Hint(("commands",)), Hint(("back",)), Hint(("help",)))

    def body(self) -> Iterable[Widget]:
        yield Pane(Words(id="machine"), title="System", id="machine-pane")
        yield Pane(Words(id="on-it"), title="Running here", id="on-it-pane")

    def on_mount(self) -> None:
        self._watch_machine()

    @work(thread=True, group="machine")
    def _watch_machine(self) -> None:
        """Look only while somebody looks at this screen."""
        worker = get_current_worker()
        before: MachineView | None = None
        while not worker.is_cancelled and self.lab_app.wait_for_look():
            if not self.is_current:
                continue
            seen = machine.look(self.view.home)
            busy = None if before is None else machine.busy_share(before.times, seen.times)
            before = seen
            self.post_message(MachineSeen(seen, busy, look_at_gpus()))

    def on_machine_seen(self, message: MachineSeen) -> None:
        seen = message.seen
        self.query_one("#machine-pane", Pane).entitle("System", seen.host)
        runs = {run.id: run for run in self.view.runs if run.state.is_live}.values()
        lines = [*machine_lines(seen, message.busy), *gpu_lines(message.gpus, tuple(runs))]
        self.query_one("#machine", Words).show(lambda width: lines)

    def see(self, view: LabView) -> None:
        self.query_one("#on-it-pane", Pane).entitle("Running", view.slots)
        self.query_one("#on-it", Words).show(lambda width: running(view, width))


def machine_lines(seen: MachineView, busy: float | None) -> list[Line]:
    load = "  ".join(f"{value:.2f}" for value in seen.load)
    lines: list[Line] = [
        row("cpu", 0.0 if busy is None else busy, f"of {seen.cpus} threads, load {load}"),
        usage_row("memory", seen.memory),
    ]
    if seen.disk is not None:
        lines.append(usage_row("disk", seen.disk))
    return lines


def usage_row(name: str, usage: Usage) -> Line:
    return row(name, usage.share, f"{gib(usage.used)} of {gib(usage.total)}")


def gpu_lines(gpus: Sequence[GpuView], live: Sequence[Run]) -> list[Line]:
    """Each GPU with its memory and the runs on it."""
    lines: list[Line] = [()] if gpus else []
    for gpu in gpus:
        here = [run.trial.name for run in live if f"gpu {gpu.index}" in run.where.split(", ")]
        said = ", ".join(here) or "no run of this lab"
        name = f"gpu {gpu.index}"
        if gpu.trouble:
            lines.append(line(Cell(f"{name:8}", "head"), Cell(f"{gpu.trouble}   {said}", "dim")))
            continue
        warmth = "" if gpu.celsius is None else f", {gpu.celsius} C"
        lines.append(row(name, gpu.busy or 0.0, f"{gpu.name}{warmth}   {said}"))
        if gpu.memory is not None:
            lines.append(usage_row("", gpu.memory))
    return lines


def row(name: str, share: float, words: str) -> Line:
    tone: Tone = "bad" if share >= TIGHT else "live"
    return line(
        Cell(f"{name:8}", "head"),
        *bar(share, BAR, tone),
        f" {100 * share:3.0f} %  ",
        Cell(words, "dim"),
    )
