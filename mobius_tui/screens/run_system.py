"""The System tab of a run: its attempts, what its process takes now, what it took in all."""

from __future__ import annotations

from collections.abc import Mapping

from mobius_core.analysis.figures import figures_of
from mobius_core.config.trial import Json
from mobius_core.runs.run import Run
from mobius_tui.machine import gib
from mobius_tui.screens.run_reader import Attempt, RunData
from mobius_tui.values import shows, written
from mobius_tui.widgets.clock import clock_seconds, span
from mobius_tui.widgets.styled import Cell, Line, line

NAME = 13


def system_lines(run: Run, data: RunData, now: float, width: int) -> list[Line]:
    lines: list[Line] = [line(Cell("attempts", "head"))]
    lines += [attempt_line(one, now) for one in data.attempts]
    if not data.attempts:
        lines.append(line(Cell("none yet: it starts when a slot is free", "dim")))
    lines += [(), line(Cell("asked for", "head"))]
    lines += named(run.trial.resources)
    if data.use is not None:
        lines += [(), line(Cell("taken now", "head"))]
        lines += named(
            {
                "processes": data.use.processes,
                "memory": gib(data.use.memory),
                "cpu time": span(data.use.cpu_seconds),
                "threads": data.use.threads,
            }
        )
    figures = figures_of(run)
    took: dict[str, Json] = {}
    if figures.seconds is not None:
        took["time"] = span(figures.seconds)
    if figures.cpu_seconds is not None and figures.seconds:
        share = figures.cpu_seconds / figures.seconds
        took["cpu time"] = f"{span(figures.cpu_seconds)}, {share:.1f} processors on average"
    if figures.eval_seconds is not None and figures.seconds:
        part = 100 * figures.eval_seconds / figures.seconds
        took["evaluating"] = f"{span(figures.eval_seconds)}, {part:.0f} % of the time"
    result = run.result or {}
    took |= {name: result.get(name) for name in ("device", "precision", "parameters")}
    if any(shows(value) for value in took.values()):
        lines += [(), line(Cell("taken in all", "head")), *named(took)]
    return lines


def attempt_line(one: Attempt, now: float) -> Line:
    """`1  cpu 0  on here  14:01:58  3.1 s  done`"""
    took = span(max((one.ended or now) - one.started, 0.0)) if one.started else ""
    when = clock_seconds(one.started) if one.started else ""
    pid = f"pid {one.pid}" if one.pid and one.ended is None else ""
    return line(
        Cell(f"{one.number:>3}  ", "dim"),
        f"{one.where:8} {one.host:14} {when}  {took:>8}  {one.reason or 'running':10}  ",
        Cell(one.message or pid, "warn" if one.message else "dim"),
    )


def named(table: Mapping[str, Json]) -> list[Line]:
    return [
        line(Cell(f"  {name:{NAME}}", "dim"), written(value))
        for name, value in table.items()
        if shows(value)
    ]
