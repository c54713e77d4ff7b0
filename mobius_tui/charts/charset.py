"""The characters of a chart: braille for terminals that have it, ASCII for all others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charset:
    """Lines of an ASCII chart are drawn with the letters of the series, faint ones with dots."""

    braille: bool
    axis: str
    tick: str
    corner: str
    guide: str
    seam: str
    reference: str
    faint: str = "."


BRAILLE = Charset(True, axis="│", tick="┤", corner="└", guide="┊", seam="╎", reference="╌")
ASCII = Charset(False, axis="|", tick="+", corner="+", guide=":", seam="!", reference="-")
