"""What is running now and how far it is."""

from __future__ import annotations

from collections import Counter

from mobius_tui.model import LabView, LiveView
from mobius_tui.screens import wording
from mobius_tui.widgets.clock import span
from mobius_tui.widgets.styled import Cell, Line, line
from mobius_tui.widgets.toned import fitted

SHOWN = ("train_acc", "test_acc", "gap", "test_loss", "rate", "left")
"""Metrics worth a place in one line, in this order."""


def running(lab: LabView, width: int) -> list[Line]:
    if not lab.live and not lab.waiting:
        return [line(Cell("Nothing runs. R on an experiment queues what is missing.", "dim"))]
    room = min(max((len(one.run.trial.name) for one in lab.live), default=3), width // 3)
    lines: list[Line] = [
        line(Cell(f"{'run':{room}}  {'where':6}  {'since':>8}  {'step':>13}  now", "head"))
    ]
    lines += [live_line(one, lab.now, room) for one in lab.live]
    if lab.waiting:
        names = Counter(run.trial.experiment for run in lab.runs if run.state.is_pending)
        said = ", ".join(f"{name} {count}" for name, count in names.most_common())
        lines.append(line(Cell(f"waiting {lab.waiting}: {said}", "dim")))
    return lines


def live_line(one: LiveView, now: float, room: int) -> Line:
    run = one.run
    since = span(max(now - run.started, 0)) if run.started is not None else ""
    step = "" if one.step is None else f"{one.step}" + ("" if one.of is None else f"/{one.of}")
    words = "  ".join(
        f"{name} {wording.figure(name, one.values[name], run.trial.kind)}"
        for name in SHOWN
        if name in one.values
    )
    state = wording.state_cell(run.state)
    return line(
        f"{fitted(run.trial.name, room)}  {run.where:6}  {since:>8}  {step:>13}  ",
        Cell(words) if words else state,
    )
