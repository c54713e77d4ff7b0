"""The Results tab of a run: what came out, and what the last evaluation says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from mobius_core.config.trial import Json
from mobius_core.runs.run import Run
from mobius_tui.figure_words import chances, count, documents, nats, number, per_cent, spread
from mobius_tui.screens import run_words
from mobius_tui.values import shows, written
from mobius_tui.widgets.styled import Cell, Line, line

Found = Mapping[str, Json]
Rows = Sequence[Sequence[str]]
GAP: Final = 2
TOLD: Final = frozenset(
    {
        "kind",
        "onset",
        "best",
        "classes",
        "confusion",
        "calibration",
        "importance",
        "corrupt",
        "squarefree",
        "errors",
        "schema",
        "run",
        "t",
    }
)
"""Keys that the sections tell, or that tell nothing."""


def result_lines(run: Run, evaluation: Found, width: int) -> list[Line]:
    """Result first, then what `mobius eval` found last, else the run's own last evaluation."""
    found = evaluation or run.result or {}
    if not found:
        return [line(Cell("no result yet: it is written when the run is done", "dim"))]
    lines: list[Line] = []
    if run.result is not None:
        lines += [line(Cell(f"{name:14}", "head"), value) for name, value in run_words.results(run)]
    for title, section in SECTIONS:
        rows = list(section(found))
        if len(rows) > 1:
            lines += [(), line(Cell(title, "head")), *aligned(rows)]
    plain = {name: value for name, value in (run.result or {}).items() if name not in TOLD}
    lines += [(), line(Cell("as result.json has it", "head"))]
    for name, value in plain.items():
        if shows(value) and not isinstance(value, (dict, list)):
            lines.append(line(Cell(f"  {name:18}", "dim"), written(value)))
    return lines


def aligned(rows: Rows) -> list[Line]:
    """The first row names the columns; the first column stands left, figures right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines: list[Line] = []
    for at, row in enumerate(rows):
        texts = [
            f"{text:<{room}}" if not place else f"{text:>{room}}"
            for place, (text, room) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(line(Cell("  " + (" " * GAP).join(texts), "" if at else "dim")))
    return lines


def on_rows(found: Found) -> Iterator[Sequence[str]]:
    """Ours and the oracle's, as the inputs are and with corrupted residues."""
    yield ("inputs", "rows", "accuracy", "oracle", "gap", "base")
    if "oracle_acc" in found:
        yield ("as they are", *compared(found))
    for one in documents(found.get("corrupt")):
        yield (str(one.get("inputs")), *compared(one))
    squarefree = found.get("squarefree")
    if isinstance(squarefree, dict) and squarefree.get("rows"):
        yield ("squarefree n", *compared(squarefree))


def compared(one: Found) -> tuple[str, ...]:
    return (
        count(one.get("rows")),
        per_cent(one.get("test_acc")),
        per_cent(one.get("oracle_acc")),
        spread(one.get("gap"), one.get("gap_se"), 100, 2),
        per_cent(one.get("base_rate")),
    )


def by_class(found: Found) -> Iterator[Sequence[str]]:
    """Each class with its row of the confusion matrix."""
    listed, matrix = documents(found.get("classes")), found.get("confusion")
    there = [one for one in listed if one.get("rows") or one.get("predicted")]
    places = [listed.index(one) for one in there]
    yield ("true", "rows", "right", "oracle", *(f"said {one.get('value')}" for one in there))
    for one, place in zip(there, places, strict=True):
        row = matrix[place] if isinstance(matrix, list) else None
        answers = [count(row[at]) if isinstance(row, list) else "" for at in places]
        figures = (per_cent(one.get("accuracy")), per_cent(one.get("oracle_acc")))
        yield (str(one.get("value")), count(one.get("rows")), *figures, *answers)


def calibration(found: Found) -> Iterator[Sequence[str]]:
    yield ("said", "rows", "mean", "right")
    section = found.get("calibration")
    for one in documents(section.get("bins") if isinstance(section, dict) else None):
        ends = f"{number(one.get('low')):.2f} to {number(one.get('high')):.2f}"
        figures = (per_cent(one.get("confidence")), per_cent(one.get("accuracy")))
        yield (ends, count(one.get("rows")), *figures)


def importance(found: Found) -> Iterator[Sequence[str]]:
    yield ("input", "points lost", "of the oracle", "nats")
    listed = documents(found.get("importance"))
    for one in sorted(listed, key=lambda one: -number(one.get("rise"))):
        yield (
            str(one.get("input")),
            spread(one.get("drop"), one.get("drop_se"), 100, 2),
            spread(one.get("oracle_drop"), None, 100, 2),
            nats(one.get("rise")),
        )


def errors(found: Found) -> Iterator[Sequence[str]]:
    yield ("n", "truth", "said", "model", "oracle")
    for one in documents(found.get("errors")):
        model, oracle = chances(one.get("probabilities")), chances(one.get("oracle"))
        yield (str(one.get("n")), str(one.get("truth")), str(one.get("answer")), model, oracle)


SECTIONS: Final[Sequence[tuple[str, Callable[[Found], Iterator[Sequence[str]]]]]] = (
    ("beside the oracle, on the same rows", on_rows),
    ("by class", by_class),
    ("calibration", calibration),
    ("what permuting an input costs", importance),
    ("the surest mistakes", errors),
)
