"""Letters of 5 x 7 dots, for pictures made without a font: one digit of base 32 a row."""

from __future__ import annotations

from typing import Final

WIDE, HIGH = 5, 7
_ROWS: Final = """
0ehjlphe 14c4444e 2eh1248v 3v2421he 426aiv22 5vgu11he 668guhhe 7v124888 8ehhehhe 9ehhf12c
a00e1fhf bggmphhu c00egghe d11djhhf e00ehvge f698s888 g0fhhf1e hggmphhh i40c444e j20622ic kggikoki
lc44444e m00qllhh n00mphhh o00ehhhe p00uhugg q00djf11 r00mpggg s00ege1u t88s8896 u00hhhjd v00hhha4
w00hhlla x00ha4ah y00hhf1e z00v248v
Aehhhvhh Buhhuhhu Cehggghe Dsihhhis Evgguggv Fvgguggg Gehgnhhf Hhhhvhhh Ie44444e J72222ic Khikokih
Lggggggv Mhrllhhh Nhhpljhh Oehhhhhe Puhhuggg Qehhhlid Ruhhukih Sfgge11u Tv444444 Uhhhhhhe Vhhhhha4
Whhhllla Xhha4ahh Yhhha444 Zv1248gv
.00000cc ,0000c48 -000v000 +044v440 _000000v =00v0v00 /01248g0 :0cc0cc0 %op248j3 (2488842 )8422248
[e88888e ]e22222e <248g842 >8421248 ^4ah0000 *04lel40 'c480000 #aavavaa |4444444
"""
GLYPHS: Final = {glyph[0]: tuple(int(row, 32) for row in glyph[1:]) for glyph in _ROWS.split()}
UNKNOWN: Final = (31, 17, 17, 17, 17, 17, 31)


def dots(text: str) -> list[tuple[int, int]]:
    """(column, row) of every dot of a line of text, six columns a letter."""
    found = []
    for place, letter in enumerate(text):
        rows = (0,) * HIGH if letter == " " else GLYPHS.get(letter, UNKNOWN)
        for y, row in enumerate(rows):
            left = place * (WIDE + 1)
            found += [(left + x, y) for x in range(WIDE) if row >> (WIDE - 1 - x) & 1]
    return found
