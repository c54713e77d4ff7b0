"""Every screen in ASCII: for terminals, fonts and readers that have nothing else."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

BRAILLE: Final = 0x2800
DENSITY: Final = " ..::-=*#"
"""Instead of a braille pattern with so many dots."""
SHAPES: Final = {
    **dict.fromkeys("─━═╌╍┄┅┈┉╴╶", "-"),
    **dict.fromkeys("│┃║┊┋┆┇╎╏╵╷▌▐▏▎▍▕", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛", "+"),
    **dict.fromkeys("█▓■●▉▊▋", "#"),
    **dict.fromkeys("▒◐", ":"),
    **dict.fromkeys("░·•○", "."),
    **dict(zip("▀▄▁▂▃▅▆▇", '"___==##', strict=True)),
    **dict(zip("▸▾▴◂▶▼→←↑↓", ">v^<>v><^v", strict=True)),
    **dict(zip("…±\u00d7÷≤≥≠≈∞\u2212\u2013—", "~~x/<>!~8---", strict=True)),
    **dict(zip("\u2018\u2019“”", "''\"\"", strict=True)),
}
ALL_ASCII: Final = re.compile("[ -~]*")


class AsciiFilter(LineFilter):
    """Turns every character into one of ASCII that takes as many cells."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or ALL_ASCII.fullmatch(segment.text)
            else Segment(plain(segment.text), segment.style)
            for segment in segments
        ]


def plain(text: str) -> str:
    """`┌─ Größe …` as `+- Gro?e ~`, cell for cell."""
    return "".join(map(spelled, text))


@lru_cache(4096)
def spelled(character: str) -> str:
    if character.isascii():
        return character
    width = cell_len(character)
    if BRAILLE <= ord(character) < BRAILLE + 256:
        return DENSITY[(ord(character) - BRAILLE).bit_count()]
    base = unicodedata.normalize("NFKD", character)[:1]
    known = SHAPES.get(character) or (base if base.isascii() else "?")
    return known.ljust(width)[:width]
