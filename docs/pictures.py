"""The pictures of the README: real screens over a finished lab, saved as SVG beside this file.

make demo && .venv/bin/python docs/pictures.py experiments.toml
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from textual.pilot import Pilot

from mobius_core.config.machine import UiSpec
from mobius_tui.app import MobiusApp

SIZE = (120, 36)
SCREENS = {
    "run": ("enter", "G", "enter"),
    "onset": ("5",),
}
"""Keys that lead from the first screen, on the first experiment, to each picture."""
FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def picture(file: Path, name: str, keys: tuple[str, ...]) -> None:
    app = MobiusApp(file, None, UiSpec(refresh=60.0))
    async with app.run_test(size=SIZE) as pilot:
        await at_rest(pilot)
        for key in keys:
            await pilot.press(key)
            await at_rest(pilot)
        drawn = app.export_screenshot(title="mobius", simplify=True)
    # The picture takes a font of its reader's machine instead of fetching one.
    Path(__file__).with_name(f"{name}.svg").write_text(FONT_FACES.sub("", drawn))


async def at_rest(pilot: Pilot[None]) -> None:
    """Until the screen has stayed the same for half a second."""
    same, before = 0, ""
    while same < 10:
        await pilot.pause(0.05)
        now = pilot.app.export_screenshot(simplify=True)
        same, before = (same + 1 if now == before else 0), now


def main() -> None:
    file = Path(sys.argv[1]).absolute()
    for name, keys in SCREENS.items():
        asyncio.run(picture(file, name, keys))


if __name__ == "__main__":
    main()
