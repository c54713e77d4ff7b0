"""What the Run screen says in words: facts, the readout at the cursor, configuration, events."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

from mobius_core.analysis.figures import figures_of
from mobius_core.config.trial import Json
from mobius_core.runs.run import Run
from mobius_tui.charts.cursor import Reading
from mobius_tui.screens import wording
from mobius_tui.screens.run_reader import RunData
from mobius_tui.values import shows, written
from mobius_tui.widgets.clock import clock_seconds, date, span
from mobius_tui.widgets.styled import Cell, Line, Tone, line

TONES: Final[Mapping[str, Tone]] = {
    "done": "good",
    "failed": "bad",
    "nan": "bad",
    "oom": "bad",
    "lost": "bad",
    "drift": "warn",
    "stalled": "warn",
    "warning": "warn",
    "killed": "warn",
    "stopped": "warn",
}
"""Events that somebody should notice."""


def facts(run: Run, data: RunData, now: float) -> list[Line]:
    """State, place, onset, checkpoints and origin, one fact a line."""
    pairs: list[tuple[str, list[Cell]]] = [("state", [wording.state_cell(run.state)])]
    if run.started is not None:
        took = span(max((run.ended or now) - run.started, 0))
        words = f" {'in' if run.state.is_over else 'for'} {took}, attempt {run.attempt}"
        pairs[0][1].append(Cell(words))
    if run.message:
        pairs.append(("why", [Cell(run.message, "bad")]))
    if run.warning:
        pairs.append(("warning", [Cell(run.warning, "warn")]))
    if run.waits_for:
        pairs.append(("waits for", [Cell(run.waits_for)]))
    if run.where:
        pairs.append(("where", [Cell(f"{run.host}, {run.where}")]))
    pairs += [(name, [Cell(value)]) for name, value in results(run)]
    if data.checkpoints:
        kept = data.checkpoints
        shown = " ".join(kept[:3]) + (f" and {len(kept) - 3} more" if len(kept) > 3 else "")
        pairs.append(("checkpoints", [Cell(shown)]))
    commit = data.env.get("commit")
    if isinstance(commit, str):
        pairs.append(("commit", [Cell(commit[:10])]))
    return [line(Cell(f"{name:12}", "head"), *cells) for name, cells in pairs]


def results(run: Run) -> list[tuple[str, str]]:
    """What came out, as far as result.json says."""
    kind = run.trial.kind
    found: list[tuple[str, str]] = []
    figures = figures_of(run)
    if figures.standing:
        found.append(("standing", figures.standing))
    if figures.onset_class:
        found.append(("onset", figures.onset_class.replace("_", " ")))
    steps = (
        ("memorised", figures.memorised),
        ("generalised", figures.generalised),
        ("delay", figures.delay),
        ("watched", figures.censored_at),
    )
    found += [(name, f"{value:,}") for name, value in steps if value is not None]
    if wording.best(run) is not None:
        found.append(("best test", wording.accuracy(wording.best(run), kind)))
    if wording.gap(run):
        found.append(("gap", wording.gap(run)))
    if figures.density is not None and figures.density < 1:
        found.append(("density", f"{figures.density:.4f}"))
    if figures.eval_seconds is not None and figures.seconds:
        share = 100 * figures.eval_seconds / figures.seconds
        found.append(("evaluating", f"{span(figures.eval_seconds)}, {share:.0f} % of the time"))
    return found


def readout(readings: Sequence[Reading], kind: str) -> list[Line]:
    """Every line's value at the cursor, or its newest."""
    lines: list[Line] = []
    for one in readings:
        value = "-" if one.value is None else wording.figure(one.series.name, one.value, kind)
        words = line(Cell(f"{one.series.mark} {one.series.name:12}", "dim"), Cell(f"{value:>9}"))
        if one.smoothed is not None and one.value is not None and one.smoothed != one.value:
            smooth = wording.figure(one.series.name, one.smoothed, kind)
            words.append(Cell(f"  smooth {smooth}", "dim"))
        lines.append(words)
    return lines


def in_columns(lines: Sequence[Line], width: int, column: int) -> list[Line]:
    """The same lines side by side, as many as fit."""
    across = max(width // column, 1)
    joined: list[Line] = []
    for start in range(0, len(lines), across):
        cells: list[Cell] = []
        for part in lines[start : start + across]:
            used = sum(len(cell.text) for cell in part)
            cells += [*part, Cell(" " * max(column - used, 1))]
        joined.append(cells)
    return joined


def configuration(run: Run, width: int) -> list[Line]:
    """The resolved trial, written as the experiments file would."""
    lines: list[Line] = [
        line(Cell("trial     ", "head"), run.trial.name),
        line(Cell("key       ", "head"), run.trial.key),
        line(Cell("folder    ", "head"), str(run.folder)),
    ]
    for name, table in {**run.trial.tables, "resources": dict(run.trial.resources)}.items():
        if isinstance(table, dict) and table:
            lines += [(), line(Cell(f"[{name}]", "head")), *settings(table, width)]
    return lines


def environment(env: Mapping[str, Json], width: int) -> list[Line]:
    """With what it was made: the diff last, it is long."""
    if not env:
        return [line(Cell("env.json is not there: nothing says with what it was made", "dim"))]
    diff = env.get("diff")
    rest = {name: value for name, value in env.items() if name not in ("diff", "schema", "t")}
    lines = settings(rest, width)
    if isinstance(diff, str) and diff:
        lines += [(), line(Cell("not committed when it was submitted", "head"))]
        lines += [line(Cell(row, diff_tone(row))) for row in diff.splitlines()]
    return lines


def diff_tone(row: str) -> Tone:
    return "good" if row.startswith("+") else "bad" if row.startswith("-") else "dim"


def of_step(step: int) -> str:
    """What our training's log says at a step (`training.log_line`)."""
    return f"step {step:7d} "


def settings(table: Mapping[str, Json], width: int, depth: int = 0) -> list[Line]:
    """Keys and values, tables in tables indented, long values on several lines."""
    room = max((len(key) for key in table), default=0)
    indent = "  " * depth
    lines: list[Line] = []
    for key, value in table.items():
        if isinstance(value, dict) and value:
            lines += [line(Cell(f"{indent}{key}", "dim")), *settings(value, width, depth + 1)]
            continue
        tone: Tone = "" if shows(value) else "dim"
        words = written(value) if shows(value) else "-"
        name = f"{indent}{key:{room}} = "
        parts = textwrap.wrap(words, max(width - len(name), 20)) or [""]
        lines.append(line(Cell(name, "dim"), Cell(parts[0], tone)))
        lines += [line(Cell(" " * len(name)), Cell(part, tone)) for part in parts[1:]]
    return lines


def told(events: Sequence[Mapping[str, Json]]) -> list[Line]:
    """The run's events, oldest first."""
    if not events:
        return [line(Cell("nothing has happened yet", "dim"))]
    lines: list[Line] = []
    day = ""
    for event in events:
        t = event.get("t")
        when = clock_seconds(t) if isinstance(t, (int, float)) else ""
        if isinstance(t, (int, float)) and date(t) != day:
            day = date(t)
            lines.append(line(Cell(day, "head")))
        kind = written(event.get("event"))
        rest = "  ".join(
            f"{key} {written(value)}"
            for key, value in event.items()
            if key not in ("t", "event") and shows(value)
        )
        lines.append(line(Cell(f"{when}  ", "dim"), Cell(f"{kind:14}", TONES.get(kind, "")), rest))
    return lines
