"""Screens as text: what every cell shows and in which style, compared with a file beside the tests.

SNAPSHOTS=update writes the files anew; look at the difference before committing it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from rich.style import Style
from textual.strip import Strip

from mobius_tui.app import MobiusApp

FOLDER = Path(__file__).parent / "snapshots"
CLOCK = re.compile(r"\b\d\d:\d\d(:\d\d)?\b")
TEMPORARY = re.compile(r"/tmp/lab\w{8}")


def check(app: MobiusApp, name: str) -> None:
    """The screen is as the file says, but for times of day and the temporary folder."""
    path = FOLDER / f"{name}.txt"
    shown = dump(app)
    if os.environ.get("SNAPSHOTS") == "update":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(shown)
        return
    assert path.exists(), f"no {path.name}: SNAPSHOTS=update writes it"
    expected = path.read_text()
    assert shown == expected, f"{path.name} differs; SNAPSHOTS=update writes it anew\n{shown}"


def dump(app: MobiusApp) -> str:
    """Text, then for each row its styles as runs `letter x cells`, then what the letters mean."""
    strips = app.screen._compositor.render_strips()
    letters: dict[str, str] = {}
    rows = [styles_of(strip, letters) for strip in strips]
    legend = [f"{letter}  {style}" for style, letter in letters.items()]
    return "\n".join([*(steady(strip.text) for strip in strips), "", *rows, "", *legend, ""])


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
