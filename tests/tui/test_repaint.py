"""What is sent to the terminal: less than Textual sends, and the same screen in the end."""

from __future__ import annotations

import random
import re

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from mobius_tui.repaint import Shown

WIDTH, HEIGHT = 24, 5
STYLES = [
    Style.parse(words)
    for words in (
        "none",
        "#d8dee6 on #0e1116",
        "bold #d8dee6 on #0e1116",
        "#3fc08f on #0e1116",
        "reverse #56b4e9 on #151a21",
        "underline #56b4e9 on #0e1116",
        "dim white on default",
    )
]
WORDS = ["step 400", "    ", "⢀⣀⡤⠤⠴⠒", "│ ", "幅広い", "é", "a\u0301b", "1.000", "─" * 6]
SEQUENCE = re.compile(r"\x1b\[([\d;]*)([A-Za-z])|(.)", re.DOTALL)


class Glass:
    """A terminal that knows moving, colours and characters, and nothing else."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[str, tuple[str, ...]]] = {}
        self.at = (0, 0)
        self.style: tuple[str, ...] = ()

    def obey(self, sequence: str) -> None:
        for words, command, character in SEQUENCE.findall(sequence):
            if character:
                self.put(character)
            elif command == "H":
                y, x = words.split(";")
                self.at = (int(y) - 1, int(x) - 1)
            elif command == "C":
                self.at = (self.at[0], self.at[1] + int(words))
            elif command == "m":
                self.dip(words.split(";"))
            else:
                pytest.fail(f"an unknown sequence {words}{command}")

    def dip(self, codes: list[str]) -> None:
        style = dict(
            zip(("front", "back", "attributes"), self.style or ("39", "49", ""), strict=True)
        )
        while codes:
            code = codes.pop(0)
            if code in ("", "0"):
                style = {"front": "39", "back": "49", "attributes": ""}
            elif code in ("38", "48"):
                colour, codes = ";".join([code, *codes[:4]]), codes[4:]
                style["front" if code == "38" else "back"] = colour
            elif code[0] in "39" and len(code) > 1 and code[0] == "3":
                style["front"] = code
            elif code[0] == "4" and len(code) > 1:
                style["back"] = code
            else:
                style["attributes"] = " ".join(sorted({*style["attributes"].split(), code}))
        self.style = (style["front"], style["back"], style["attributes"])

    def put(self, character: str) -> None:
        from rich.cells import cell_len

        width = cell_len(character)
        y, x = self.at
        style = self.style or ("39", "49", "")
        if not width:
            before = max(column for line, column in self.cells if line == y and column < x)
            self.cells[y, before] = (self.cells[y, before][0] + character, self.cells[y, before][1])
            return
        loud = {"4", "7"} & set(style[2].split())
        # Nobody sees the colour of a space, unless it is underlined or reversed.
        self.cells[y, x] = (character, style if character != " " or loud else ("", style[1], ""))
        for column in range(x + 1, x + width):
            self.cells.pop((y, column), None)
        self.at = (y, x + width)


def random_strip(draws: random.Random, width: int = WIDTH) -> Strip:
    segments: list[Segment] = []
    while sum(segment.cell_length for segment in segments) < width:
        segments.append(Segment(draws.choice(WORDS), draws.choice(STYLES)))
    return Strip(segments).adjust_cell_length(width, STYLES[1])


def as_textual_sends(update: LayoutUpdate) -> str:
    """Every strip whole, each word with all of its style, on a console of all colours."""
    parts = []
    for y, line in enumerate(update.strips):
        parts.append(f"\x1b[{y + 1};1H")
        for strip in line:
            for text, style, _ in strip:
                assert style is not None
                parts.append(Strip.render_style(style, text, ColorSystem.TRUECOLOR))
    return "".join(parts)


def whole(strips: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, WIDTH, HEIGHT))


@pytest.mark.parametrize("seed", range(40))
def test_the_screen_is_what_textual_would_have_drawn(seed: int) -> None:
    """A first screen, then changes of single lines, each compared with a drawing from nothing."""
    draws = random.Random(seed)
    strips = [random_strip(draws) for _ in range(HEIGHT)]
    shown, glass = Shown(), Glass()
    for _ in range(6):
        glass.obey(shown.difference(whole(strips), ColorSystem.TRUECOLOR))
        expected = Glass()
        expected.obey(as_textual_sends(whole(strips)))
        assert glass.cells == expected.cells
        for _ in range(draws.randrange(3)):
            strips[draws.randrange(HEIGHT)] = random_strip(draws)


def test_what_stands_there_already_is_not_sent_again() -> None:
    draws = random.Random(1)
    strips = [random_strip(draws) for _ in range(HEIGHT)]
    shown = Shown()
    first = shown.difference(whole(strips), ColorSystem.TRUECOLOR)
    assert first
    assert shown.difference(whole(strips), ColorSystem.TRUECOLOR) == ""
    shown.forget()
    assert shown.difference(whole(strips), ColorSystem.TRUECOLOR) == first


def test_a_changed_digit_costs_a_move_a_colour_and_the_digit() -> None:
    def line(number: int) -> Strip:
        return Strip([Segment(f"step {number}", STYLES[1])]).adjust_cell_length(WIDTH, STYLES[1])

    shown = Shown()
    shown.difference(whole([line(400)] * HEIGHT), ColorSystem.TRUECOLOR)
    sent = shown.difference(whole([line(401), *[line(400)] * (HEIGHT - 1)]), ColorSystem.TRUECOLOR)
    assert sent == "\x1b[1;8H\x1b[38;2;216;222;230;48;2;14;17;22m1\x1b[0m"


def test_a_part_of_a_line_is_compared_at_its_place() -> None:
    style = STYLES[1]
    shown = Shown()
    shown.difference(whole([Strip([Segment("." * WIDTH, style)])] * HEIGHT), ColorSystem.TRUECOLOR)
    chop = Strip([Segment("..ab..", style)])
    update = ChopsUpdate([{4: chop}, {}, {}, {}, {}], [(0, 4, 10)], [[10], [], [], [], []])
    sent = shown.difference(update, ColorSystem.TRUECOLOR)
    assert sent.startswith("\x1b[1;7H")
    assert sent.count("a") == 1


def test_colours_follow_the_terminal() -> None:
    """On a terminal of 16 colours a colour is one of its own."""
    strips = [Strip([Segment("x" * WIDTH, Style.parse("#ff0000 on #000000"))])] * HEIGHT
    shown = Shown()
    assert "\x1b[31;40m" in shown.difference(whole(strips), ColorSystem.STANDARD)
    assert "38;2" not in shown.difference(whole(strips), ColorSystem.STANDARD)
