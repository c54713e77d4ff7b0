"""The parts of `mobius bench tui`, in the order of the table that they have to fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from mobius_tui.bench import drawing, program, reading, rivals
from mobius_tui.bench.figure import Figure

PARTS: Final[dict[str, Callable[[], Iterator[Figure]]]] = {
    "program": program.figures,
    "charts": drawing.figures,
    "rivals": rivals.figures,
    "logs": reading.figures,
}


def run(only: str) -> Iterator[Figure]:
    """The figures of one part, or of all of them where `only` is empty, as they are measured."""
    for name, figures in PARTS.items():
        if only in ("", name):
            yield from figures()


def absent(only: str) -> list[str]:
    """What is not measured here, a sentence each."""
    return rivals.absent() if only in ("", "rivals") else []
