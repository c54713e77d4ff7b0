"""What the Sparsity screen says of a mask in words and bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mobius_tui.masks import ArmMasks
from mobius_tui.screens.advice import wrapped
from mobius_tui.widgets.styled import Cell, Line, line

DEGREES: Final = 12
"""Different degrees of which each gets a bar."""


def statistics(arm: ArmMasks, layer: int, width: int) -> list[Line]:
    """Every statistic of one layer, in words."""
    one = arm.layers[layer - 1]
    said = [
        ("layer", f"{one.columns} -> {one.rows}"),
        ("density", f"{one.density:.4f}"),
        ("weights", f"{one.weights:,} of {one.rows * one.columns:,}"),
        ("rank", f"{one.rank} of {min(one.rows, one.columns)}"),
        ("gap", f"{one.spectral_gap:.4f} (spectral)"),
        ("dense", f"{one.dense_rows} rows, {one.dense_columns} columns"),
        ("dead", f"{one.dead_rows} outputs, {one.dead_columns} inputs"),
        ("row degree", degrees(one.row_degrees)),
        ("column deg.", degrees(one.column_degrees)),
        ("blind", f"{arm.blind} of {arm.values} values"),
        ("ceiling", f"{arm.ceiling:.3f} of the table"),
    ]
    lines: list[Line] = [line(Cell(f"{name:12}", "head"), value) for name, value in said]
    lines += [line(Cell("can learn   ", "head"), Cell("yes", "good"))] if not arm.obstacles else []
    for sentence in arm.obstacles:
        lines += wrapped(sentence, width, "bad")
    return lines


def renumbered(arm: ArmMasks, same: Sequence[str], width: int) -> list[Line]:
    """That two arms ask the same question, where they do."""
    if not same:
        return []
    layers = " and ".join(map(str, sorted(arm.masked)))
    words = (
        f"layer {layers} lies between dense layers, so its units can be renumbered: "
        f"{arm.arm} and {', '.join(same)} are the same experiment, any difference is chance"
    )
    return [(), *wrapped(words, width, "warn")]


def histograms(arm: ArmMasks, layer: int, width: int) -> list[Line]:
    one = arm.layers[layer - 1]
    return [
        *histogram("row degrees", one.row_degrees, width),
        *histogram("column degrees", one.column_degrees, width),
    ]


def histogram(name: str, distribution: Sequence[tuple[int, int]], width: int) -> list[Line]:
    """How many units have each degree, where there are a few degrees."""
    if not 1 < len(distribution) <= DEGREES:
        return []
    most = max(count for _, count in distribution)
    room = max(width - 14, 4)
    return [
        (),
        line(Cell(name, "head")),
        *(
            line(
                Cell(f"{degree:>5} ", "dim"),
                Cell("█" * max(round(room * count / most), 1), "live"),
                f" {count}",
            )
            for degree, count in distribution
        ),
    ]


def degrees(distribution: Sequence[tuple[int, int]]) -> str:
    """`30..127`, or the one degree that all have."""
    least, most = distribution[0][0], distribution[-1][0]
    return str(least) if least == most else f"{least}..{most}"
