"""`mobius bench train`: how fast each model trains here, beside Int2Int as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobius_core.config.trial import Json
from mobius_tui.cli import output
from mobius_tui.cli.options import JsonOption

if TYPE_CHECKING:
    from mobius_core.bench.training import Figure


def train(
    int2int: Annotated[
        Path | None,
        typer.Option(help="checkout of f-charton/Int2Int, run as it is for the ratios"),
    ] = None,
    only: Annotated[str, typer.Option(help="models whose names contain this")] = "",
    rounds: Annotated[int, typer.Option(min=1, help="turns, of which the best counts")] = 3,
    rows: Annotated[int, typer.Option(min=5000, help="training rows")] = 900_000,
    as_json: JsonOption = False,
) -> None:
    """Training and evaluation on one thread: examples a second, data supply, memory."""
    from mobius_core.bench import training

    found = []
    machine: dict[str, str] = {}
    for figure in training.run(int2int, rounds, rows, only, machine):
        found.append(figure)
        if not as_json:
            output.emit_lines([line(figure)])
    notes = list(training.notes(machine, int2int))
    if as_json:
        figures: list[Json] = [as_table(figure) for figure in found]
        remarks: list[Json] = [*notes]
        output.emit_json({"figures": figures, **machine, "notes": remarks})
        return
    for note in notes:
        output.say(note)


def as_table(figure: Figure) -> dict[str, Json]:
    return {
        "name": figure.name,
        "value": figure.value,
        "unit": figure.unit,
        "ratio": figure.ratio,
        "bound": figure.bound,
        "aim": figure.aim,
    }


def line(figure: Figure) -> str:
    """`int2int training   23.9 examples/s   5.03 x Int2Int, at least 3.5, aim 5.5`."""
    words = [f"{figure.name:32}{value(figure):>20}"]
    if figure.ratio is not None:
        words.append(f"{significant(figure.ratio)} x Int2Int")
    if figure.bound is not None and (figure.ratio is not None or figure.unit == "share"):
        limit = "at most" if figure.unit == "share" else "at least"
        wanted = f"{limit} {number(figure, figure.bound)}"
        aim = "" if figure.aim is None else f", aim {number(figure, figure.aim)}"
        words.append(f"({wanted}{aim})")
    return "   ".join(words)


def value(figure: Figure) -> str:
    if figure.unit == "bytes":
        return f"{figure.value / 2**20:,.0f} MiB"
    if figure.unit == "share":
        return f"{100 * figure.value:.2f} %"
    return f"{significant(figure.value)} {figure.unit}"


def significant(number: float) -> str:
    """Three digits, or all before the point: 4.76, 155, 41,841."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def number(figure: Figure, wanted: float) -> str:
    return f"{100 * wanted:g} %" if figure.unit == "share" else f"{wanted:,g} x"
