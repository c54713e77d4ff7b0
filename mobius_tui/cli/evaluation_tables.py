"""What an evaluation found, as tables: accuracies in per cent, gaps in points, losses in nats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mobius_core.config.trial import Json
from mobius_tui.cli.oracle import product
from mobius_tui.figure_words import chances, count, documents, nats, number, per_cent, spread

Found = Mapping[str, Json]


def table(*columns: str) -> Table:
    """The first column at the left, figures at the right."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for position, column in enumerate(columns):
        made.add_column(column, justify="left" if position == 0 else "right", no_wrap=True)
    return made


def heading(words: str) -> Text:
    return Text(f"\n{words}", "bold")


def summary(found: Found) -> Iterator[RenderableType]:
    """The rows as they are, and with corrupted residues: ours, the oracle's, the difference."""
    made = table(*COMPARED)
    made.add_row("as they are", *compared(found))
    for one in documents(found.get("corrupt")):
        made.add_row(str(one["inputs"]), *compared(one))
    yield made


COMPARED: Final = ("inputs", "rows", "accuracy", "oracle", "gap", "nats", "oracle", "gap", "base")


def compared(one: Found) -> list[str]:
    return [
        count(one.get("rows")),
        per_cent(one.get("test_acc")),
        per_cent(one.get("oracle_acc")),
        spread(one.get("gap"), one.get("gap_se"), 100, 2),
        nats(one.get("test_loss")),
        nats(one.get("oracle_loss")),
        spread(one.get("loss_gap"), one.get("loss_gap_se"), 1, 4),
        per_cent(one.get("base_rate")),
    ]


def squarefree(found: Found) -> Iterator[RenderableType]:
    section = found.get("squarefree")
    if isinstance(section, dict) and section.get("rows"):
        made = table(*COMPARED)
        made.add_row("squarefree n", *compared(section))
        yield made


def classes(found: Found) -> Iterator[RenderableType]:
    """Each class with its row of the confusion matrix."""
    listed = documents(found.get("classes"))
    matrix = found.get("confusion")
    if not listed or not isinstance(matrix, list):
        return
    there = [one for one in listed if one["rows"] or one["predicted"]]
    answers = [f"said {one['value']}" for one in there]
    yield heading("by class")
    made = table("true", "rows", "right", "oracle", *answers)
    for one in there:
        row = matrix[listed.index(one)]
        assert isinstance(row, list)
        made.add_row(
            str(one["value"]),
            count(one["rows"]),
            per_cent(one["accuracy"]),
            per_cent(one["oracle_acc"]),
            *(count(row[listed.index(other)]) for other in there),
        )
    yield made


def calibration(found: Found) -> Iterator[RenderableType]:
    section = found.get("calibration")
    if not isinstance(section, dict):
        return
    error = section["error"]
    assert isinstance(error, float)
    yield heading(f"calibration: expected error {100 * error:.2f} points")
    made = table("said", "rows", "mean", "right")
    for one in documents(section.get("bins")):
        low, high = one["low"], one["high"]
        made.add_row(
            f"{number(low):.2f} to {number(high):.2f}",
            count(one["rows"]),
            per_cent(one["confidence"]),
            per_cent(one["accuracy"]),
        )
    yield made


def importance(found: Found) -> Iterator[RenderableType]:
    """Inputs by what permuting them costs, the dearest first."""
    listed = documents(found.get("importance"))
    if not listed:
        return
    rows = count(listed[0]["rows"])
    yield heading(f"what permuting an input among {rows} rows costs")
    made = table("input", "points", "of the oracle", "nats")
    for one in sorted(listed, key=lambda one: -number(one["rise"])):
        made.add_row(
            str(one["input"]),
            spread(one["drop"], one["drop_se"], 100, 2),
            spread(one["oracle_drop"], None, 100, 2),
            spread(one["rise"], one["rise_se"], 1, 4),
        )
    yield made


def errors(found: Found) -> Iterator[RenderableType]:
    listed = documents(found.get("errors"))
    if not listed:
        return
    yield heading("the surest mistakes")
    made = table("n", "factors", "truth", "said", "model", "oracle")
    for one in listed:
        made.add_row(
            str(one["n"]),
            product(one["factors"]),
            str(one["truth"]),
            str(one["answer"]),
            chances(one["probabilities"]),
            chances(one["oracle"]),
        )
    yield made
    yield Text("model and oracle: probabilities of the classes, in the order of their values")


SECTIONS: Final[Mapping[str, Callable[[Found], Iterator[RenderableType]]]] = {
    "summary": summary,
    "squarefree": squarefree,
    "classes": classes,
    "calibration": calibration,
    "importance": importance,
    "errors": errors,
}
