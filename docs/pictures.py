"""The pictures of the README: real screens over the lab of `mobius demo --look`, as SVG.

    .venv/bin/python docs/pictures.py [NAME]...

They lie beside this file; what is replayed was made of real runs by docs/look.py.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from mobius_core.config.machine import UiSpec
from mobius_tui.app import MobiusApp
from mobius_tui.example import unpack_look

SIZE = (120, 36)
SCREENS = {
    "experiments": (),
    "runs": ("2", "b"),
    "run": ("2", "/", *"masks/prime,s1", "enter", "enter", *"hhhhhh"),
    "compare": ("2", "/", *"exp=masks", "enter", "a", "d"),
    "sparsity": ("4",),
    "onset": ("5",),
}
"""Keys that lead from the first screen to each picture."""
COMES = {"onset": "log-rank", "compare": "D  ", "sparsity": "density"}
"""What a child or a worker has to bring first."""
FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def picture(file: Path, name: str, keys: tuple[str, ...]) -> None:
    app = MobiusApp(file, None, UiSpec(refresh=60.0))
    async with app.run_test(size=SIZE) as pilot:
        await at_rest(pilot)
        for key in keys:
            await pilot.press(key)
        while COMES.get(name, "") not in words(app):
            await pilot.pause(0.1)
        await at_rest(pilot)
        drawn = app.export_screenshot(title="mobius", simplify=True)
    # The picture takes a font of its reader's machine instead of fetching one.
    Path(__file__).with_name(f"{name}.svg").write_text(FONT_FACES.sub("", drawn))


def words(app: MobiusApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def at_rest(pilot: Pilot[None]) -> None:
    """Until the screen has stayed the same for a moment."""
    same, before = 0, ""
    while same < 6:
        await pilot.pause(0.05)
        now = pilot.app.export_screenshot(simplify=True)
        same, before = (same + 1 if now == before else 0), now


def main() -> None:
    # Nobody's colours, settings or habits but those of the lab.
    os.environ.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
        file = unpack_look() / "experiments.toml"
        for name in sys.argv[1:] or SCREENS:
            asyncio.run(picture(file, name, SCREENS[name]))


if __name__ == "__main__":
    main()
