"""The statistics of a sweep on the command line: curves in text, tests, and the verdict."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from mobius_core.analysis.question import answer, question
from mobius_core.config.trial import Json
from mobius_core.errors import WorkFailed
from mobius_core.runs.run import Run
from mobius_tui.charts import palette
from mobius_tui.charts.charset import ASCII, BRAILLE
from mobius_tui.charts.draw import draw
from mobius_tui.charts.ink import Line
from mobius_tui.charts.limits import Window
from mobius_tui.charts.scale import Scale
from mobius_tui.charts.series import Series
from mobius_tui.charts.view import ChartView
from mobius_tui.cli import output
from mobius_tui.model import TrialView
from mobius_tui.screens.onset_columns import groups
from mobius_tui.screens.survival import survival

WIDTH: Final = 78
HEIGHT: Final = 14
Document = Mapping[str, Json]


def statistics(
    experiment: str, compare: Sequence[tuple[str, str]], views: Sequence[TrialView]
) -> dict[str, Json]:
    """The answer of the child process, or {"experiment", "unavailable": why there is none}."""
    runs = [run for view in views if (run := view.run) is not None]
    try:
        return answer(question(experiment, compare, len(views), runs))
    except WorkFailed as error:
        return {"experiment": experiment, "unavailable": str(error)}


def show_curves(runs: Sequence[Run]) -> None:
    """Kaplan and Meier's curves, one letter an arm, over a logarithmic axis of steps."""
    series = survival(groups(runs, by_cell=False))
    if not series:
        return
    encoding = sys.stdout.encoding or "ascii"
    charset = BRAILLE if encoding.lower().startswith("utf") else ASCII
    view = ChartView(series=tuple(series), x=Scale.LOG, y_home=Window(0.0, 1.0), letters=True)
    output.draw(legend(series))
    for line in draw(view, WIDTH, HEIGHT, charset):
        output.draw(painted(line))


def legend(series: Iterable[Series]) -> Text:
    names = [Text(f"{one.mark} {one.title}", palette.ANSI[one.colour]) for one in series]
    return Text("  ").join([Text("\nshare not yet generalised, by steps"), *names])


def painted(line: Line) -> Text:
    """Colour says again what the letters say."""
    pieces = [
        (piece.text, "" if piece.ink.colour is None else palette.ANSI[piece.ink.colour])
        for piece in line
    ]
    return Text.assemble(*pieces)


def show_statistics(found: Document) -> None:
    """Tests and verdict on stdout; on stderr why there are none."""
    if "unavailable" in found:
        output.say(str(found["unavailable"]))
        return
    comparisons = documents(found["comparisons"])
    if comparisons:
        output.draw(Text(f"\n{found['method']}"))
        output.draw(comparison_table(comparisons))
    for sentence in [*texts(found["verdict"]), *texts(found["notes"])]:
        output.draw(Text(sentence))


def comparison_table(comparisons: Sequence[Document]) -> Table:
    """Ratios of medians with bootstrap intervals; p as tested and as corrected by Holm."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("arm", "against"):
        table.add_column(name)
    for name in ("n", "steps, ratio", "delay, ratio", "p", "p (Holm)"):
        table.add_column(name, justify="right")
    for one in comparisons:
        table.add_row(
            str(one["arm"]),
            str(one["control"]),
            f"{one['n']}/{one['n_control']}",
            ratio(one["ratio"]),
            ratio(one["delay_ratio"]),
            p_value(one["p"]),
            p_value(one["holm"]),
        )
    return table


def ratio(estimate: Json) -> str:
    """`1.21 [1.08, 1.36]`; a side that censoring leaves open is a dash."""
    if not isinstance(estimate, dict):
        return "-"
    value, low, high = (
        f"{side:.2f}" if isinstance(side := estimate.get(name), float) else "-"
        for name in ("value", "low", "high")
    )
    return "-" if value == low == high == "-" else f"{value} [{low}, {high}]"


def p_value(p: Json) -> str:
    return f"{p:.4f}" if isinstance(p, float) else "-"


def documents(value: Json) -> list[Document]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
