"""What the statistics of a sweep say, as lines of a pane."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

from mobius_core.config.trial import Json
from mobius_tui.widgets.styled import Cell, Line, Tone, line

SMALL: Final = 0.05
NAMES: Final = 22
"""Cells of `arm vs control` beside its figures; longer names get a line of their own."""


def verdict_lines(found: Mapping[str, Json], width: int) -> list[Line]:
    """How it was tested, one line of figures a comparison, the sentences, and what to mind."""
    if "unavailable" in found:
        return wrapped(str(found["unavailable"]), width, "warn")
    lines: list[Line] = wrapped(str(found["method"]), width, "dim")
    for one in documents(found.get("comparisons")):
        lines += comparison_lines(one)
    if len(lines) > 0:
        lines.append(())
    for sentence in texts(found.get("verdict")):
        lines += wrapped(sentence, width, "")
    for sentence in texts(found.get("notes")):
        lines += wrapped(f"! {sentence}", width, "warn")
    return lines


def exploring_lines(found: Mapping[str, Json], width: int) -> list[Line]:
    """A pair that was tested because somebody looked: no plan corrects for it."""
    if "unavailable" in found:
        return wrapped(str(found["unavailable"]), width, "warn")
    lines: list[Line] = wrapped(
        "tested now, not planned: it explores, it proves nothing", width, "warn"
    )
    for one in documents(found.get("comparisons")):
        lines += comparison_lines(one)
    for sentence in texts(found.get("verdict")):
        lines += wrapped(sentence, width, "")
    return lines


def comparison_lines(one: Mapping[str, Json]) -> list[Line]:
    """`prime vs dense  1.21 [1.08, 1.36]  p .003`: ratio of median delays, Holm's p."""
    names = f"{one['arm']} vs {one['control']}"
    p = one.get("holm")
    small = isinstance(p, float) and p < SMALL
    figures = (
        Cell(f"{ratio(one.get('delay_ratio')):<20}"),
        Cell(p_words(p), "strong" if small else ""),
    )
    if len(names) <= NAMES:
        return [line(f"{names:<{NAMES}}  ", *figures)]
    return [line(names), line(" " * (NAMES + 2), *figures)]


def ratio(estimate: Json) -> str:
    """`1.21 [1.08, 1.36]`; a side that censoring leaves open is a dash."""
    if not isinstance(estimate, dict) or not isinstance(estimate.get("value"), float):
        return "-"
    value, low, high = (
        f"{side:.2f}" if isinstance(side := estimate.get(name), float) else "-"
        for name in ("value", "low", "high")
    )
    return f"{value} [{low}, {high}]"


def p_words(p: Json) -> str:
    if not isinstance(p, float):
        return "p -"
    return "p < .001" if p < 0.001 else f"p {p:.3f}".replace(" 0.", " .")


def wrapped(text: str, width: int, tone: Tone) -> list[Line]:
    """Lines of at most `width` cells, continued by two cells."""
    pieces = textwrap.wrap(text, max(20, width), subsequent_indent="  ")
    return [line(Cell(piece, tone)) for piece in pieces]


def documents(value: Json) -> Sequence[Mapping[str, Json]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
