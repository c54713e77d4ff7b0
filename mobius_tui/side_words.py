"""The figures of a comparison as words: for the Compare screen and for `mobius compare`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from mobius_core.analysis.intervals import MedianEstimate
from mobius_core.analysis.outcomes import Outcome, counts
from mobius_core.analysis.sides import Side
from mobius_core.config.trial import PER_CENT, Json
from mobius_tui.values import written

Style = Literal["plain", "share", "percent"]


def setting_words(values: Sequence[Json]) -> str:
    """The values of one side; `-` where it has none."""
    return " | ".join(written(value) for value in values) or "-"


def outcome_rows(
    found: Sequence[Outcome], sides: Sequence[Side], against: int
) -> list[tuple[str, ...]]:
    """A name and a text for each side, one row a measure; below it the differences, indented."""
    ended = [counts(side) for side in sides]
    rows = [("runs done", *(f"{one.done}/{one.runs}" for one in ended))]
    if any(one.grokked is not None for one in ended):
        rows.append(
            (
                "groks",
                *("-" if one.grokked is None else f"{one.grokked}/{one.done}" for one in ended),
            )
        )
    is_arithmetic = all(run.trial.kind in PER_CENT for side in sides for run in side.runs)
    for outcome in found:
        measure = outcome.measure
        style: Style = "plain" if not measure.share else "percent" if is_arithmetic else "share"
        name = f"{measure.name} %" if style == "percent" else measure.name
        rows.append((name, *(estimate_words(one, style=style) for one in outcome.sides)))
        if any(one is not None for one in outcome.differences):
            rows.append(
                (
                    f"  minus {sides[against].letter}",
                    *(
                        "" if one is None else estimate_words(one, style=style, signed=True)
                        for one in outcome.differences
                    ),
                )
            )
    return rows


def estimate_words(one: MedianEstimate, *, style: Style, signed: bool = False) -> str:
    """`230 [205, 260]`; `>2900` where censoring hides the median, a dash for an open side."""
    if not one.n:
        return "-"
    if one.value is not None:
        said = figure(one.value, style=style, signed=signed)
    elif one.at_least is not None:
        said = f">{figure(one.at_least, style=style, signed=signed)}"
    else:
        said = "?"
    if one.low is None and one.high is None:
        return said
    low, high = (
        "-" if side is None else figure(side, style=style, signed=signed)
        for side in (one.low, one.high)
    )
    return f"{said} [{low}, {high}]"


def figure(value: float, *, style: Style, signed: bool) -> str:
    """Per cent and points of arithmetic tasks, other shares to four places, else four digits."""
    sign = "+" if signed else ""
    if style == "percent":
        return f"{100 * value:{sign}.2f}"
    if style == "share":
        return f"{value:{sign}.4f}"
    return f"{value:{sign}.4g}" if abs(value) < 10_000 else f"{value:{sign},.0f}"
