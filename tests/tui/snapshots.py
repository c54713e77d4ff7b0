"""Screens as text: what every cell shows and in which style, compared with files beside the tests.

One file a screen and size, with a part for each look. SNAPSHOTS=update writes parts anew; look at
the difference before committing it.
"""

from __future__ import annotations

import os
import re
from itertools import groupby
from pathlib import Path

from rich.style import Style
from textual.strip import Strip

from mobius_tui.app import MobiusApp
from tests.tui.driving import strips

FOLDER = Path(__file__).parent / "snapshots"
CLOCK = re.compile(r"\b\d\d:\d\d(:\d\d)?\b")
TEMPORARY = re.compile(r"/tmp/lab\w{8}")
PART = "=== "
SAME = "the cells of the first look, in these styles:"


def check(app: MobiusApp, name: str, look: str) -> None:
    """The screen is as the file says, but for times of day and the temporary folder."""
    path = FOLDER / f"{name}.txt"
    cells, legend = dump(app)
    parts = read(path)
    first = next(iter(parts.values()), "")
    if look not in parts or parts[look] != "\n".join([cells, legend]):
        is_alike = next(iter(parts), look) != look and first.startswith(cells)
        shown = "\n".join([SAME if is_alike else cells, legend])
        if os.environ.get("SNAPSHOTS") == "update":
            FOLDER.mkdir(exist_ok=True)
            parts[look] = shown
            path.write_text("".join(f"{PART}{one}\n{part}\n" for one, part in parts.items()))
            return
        assert path.exists(), f"no {path.name}: SNAPSHOTS=update writes it"
        assert shown == parts.get(look, ""), (
            f"{path.name}, {look}, differs; SNAPSHOTS=update writes it anew\n{cells}\n{legend}"
        )


def read(path: Path) -> dict[str, str]:
    """Look -> what was written of it."""
    if not path.exists():
        return {}
    found = {}
    for part in path.read_text().removeprefix(PART).split(f"\n{PART}"):
        look, _, shown = part.partition("\n")
        found[look] = shown.removesuffix("\n")
    return found


def dump(app: MobiusApp) -> tuple[str, str]:
    """Text, then the styles of its rows as runs `letter x cells`; and what the letters mean."""
    drawn = strips(app)
    letters: dict[str, str] = {}
    rows = [styles_of(strip, letters) for strip in drawn]
    alike = [(row, len(list(same))) for row, same in groupby(rows)]
    runs = [row if count == 1 else f"{row}  * {count}" for row, count in alike]
    cells = "\n".join([*(steady(strip.text) for strip in drawn), "", *runs, ""])
    return cells, "\n".join(f"{letter}  {style}" for style, letter in letters.items())


def steady(text: str) -> str:
    """Without what differs from run to run, in the same number of cells."""
    text = CLOCK.sub(lambda found: re.sub(r"\d", "0", found[0]), text)
    return TEMPORARY.sub("/tmp/lab--------", text).rstrip()


def styles_of(strip: Strip, letters: dict[str, str]) -> str:
    runs: list[tuple[str, int]] = []
    for segment in strip:
        letter = letters.setdefault(described(segment.style), chr(ord("a") + len(letters)))
        if runs and runs[-1][0] == letter:
            runs[-1] = (letter, runs[-1][1] + segment.cell_length)
        else:
            runs.append((letter, segment.cell_length))
    return " ".join(f"{letter}{cells}" for letter, cells in runs)


def described(style: Style | None) -> str:
    if style is None:
        return "plain"
    colours = [one.name if one else "-" for one in (style.color, style.bgcolor)]
    marks = [name for name in ("bold", "dim", "reverse", "underline") if getattr(style, name)]
    return " ".join([" on ".join(colours), *marks])
