"""A canvas of dots, 2 x 4 to a character cell, several layers deep.

A layer keeps one integer per column of cells, one byte per cell in it, so that a vertical span of
any height costs two integer operations; the braille pattern of a cell is that byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import count

DOTS_WIDE = 2
DOTS_HIGH = 4
# A layer's byte has the left dots top to bottom in bits 0-3, the right ones in bits 4-7; Unicode
# numbers the dots 1 2 3 7 and 4 5 6 8.
UNICODE_BITS = (0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80)
BRAILLE = tuple(
    chr(0x2800 + sum(bit for i, bit in enumerate(UNICODE_BITS) if byte >> i & 1)) if byte else " "
    for byte in range(256)
)
# Of the character of a byte as UTF-16: its lower and its upper byte.
LOWER, UPPER = (bytes(ord(one) >> shift & 0xFF for one in BRAILLE) for shift in (0, 8))
FILLED = bytes([0]) + b"\xff" * 255


class Layer:
    """The dots of one line on a canvas; column 0 is left, row 0 is the top."""

    def __init__(self, width: int, height: int) -> None:
        self.rows = height * DOTS_HIGH
        self.cells = [0] * width

    def stand(self, column: int, lows: list[int], highs: list[int]) -> None:
        """In each column from one on, set the dots low..high above the bottom; none where high is
        below low. What lies outside the canvas is left out."""
        rows = self.rows
        if lows and (min(lows) < 0 or max(highs) >= rows):
            lows = [min(max(low, 0), rows) for low in lows]
            highs = [max(min(high, rows - 1), -1) for high in highs]
        lowest = standing(rows)
        dots = [lowest[high + 1] ^ lowest[low] for low, high in zip(lows, highs, strict=True)]
        dots = [0] * (column % DOTS_WIDE) + dots + [0]
        for cell, left, right in zip(count(column // DOTS_WIDE), dots[::2], dots[1::2]):
            self.cells[cell] |= left | right << DOTS_HIGH


@cache
def standing(rows: int) -> tuple[int, ...]:
    """Entry r: the lowest r left dots of a column of cells, eight bits to a cell."""
    masks = [0]
    for row in reversed(range(rows)):
        masks.append(masks[-1] | 1 << (row // DOTS_HIGH * 8 + row % DOTS_HIGH))
    return tuple(masks)


def compose(
    layers: Sequence[Layer], width: int, height: int, *, faint: int = 0
) -> tuple[list[bytes], list[bytes]]:
    """(patterns, owners) by row of cells: the union of all dots, and 1 + the last layer there.

    The first `faint` layers give up the cells that a later layer enters: a cell has one colour,
    and their dots in that colour would thicken its line.
    """
    patterns = owners = firm = 0
    for number, layer in enumerate(layers, start=1):
        data = b"".join([column.to_bytes(height, "little") for column in layer.cells])
        here = int.from_bytes(data.translate(FILLED), "little")
        every = int.from_bytes(bytes([number]) * (width * height), "little")
        if number > faint:
            patterns &= firm | ~here
            firm |= here
        patterns |= int.from_bytes(data, "little")
        owners = owners & ~here | every & here
    return by_row(patterns, width, height), by_row(owners, width, height)


def by_row(columns: int, width: int, height: int) -> list[bytes]:
    data = columns.to_bytes(width * height, "little")
    return [data[row::height] for row in range(height)]


def braille(patterns: list[bytes]) -> list[str]:
    """Rows of patterns as text, in a tenth of the time that looking each one up takes."""
    data = b"".join(patterns)
    letters = bytearray(2 * len(data))
    letters[::2], letters[1::2] = data.translate(LOWER), data.translate(UPPER)
    text = letters.decode("utf-16-le")
    width = len(patterns[0])
    return [text[start : start + width] for start in range(0, len(text), width)]
