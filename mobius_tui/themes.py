"""Two themes of ours, dark and light; Textual's ansi themes use the terminal's own colours."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Final

from textual.color import Color
from textual.theme import Theme

from mobius_core.errors import UsageError

DARK: Final = Theme(
    name="mobius-dark",
    dark=True,
    primary="#56b4e9",
    secondary="#8c9eff",
    accent="#56b4e9",
    warning="#e69f00",
    error="#ff6b5e",
    success="#3fc08f",
    foreground="#d8dee6",
    background="#0e1116",
    surface="#151a21",
    panel="#2b333d",
)

LIGHT: Final = Theme(
    name="mobius-light",
    dark=False,
    primary="#0072b2",
    secondary="#4b3fb5",
    accent="#0072b2",
    warning="#9a5800",
    error="#b3261e",
    success="#00694c",
    foreground="#1b1f24",
    background="#fbfaf8",
    surface="#f2f0ec",
    panel="#c9c5be",
)

THEMES: Final = (DARK, LIGHT)


def chosen(name: str | None, known: Collection[str]) -> str:
    """`[ui] theme`, dark by default; UsageError for one that does not exist."""
    if name is None:
        return DARK.name
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0)[0]
        raise UsageError(f'ui.theme: no theme is called "{name}"; the nearest is "{near}"')
    return name


def shades(theme: Theme, variables: Mapping[str, str]) -> dict[str, str]:
    """Solid colours between those of any theme: a strip of characters has no transparency."""
    if theme.ansi:
        return {"dim": "ansi_bright_black", "row": "ansi_blue", "row-away": "ansi_bright_black"}
    background, foreground, primary = (
        Color.parse(variables[name]) for name in ("background", "foreground", "primary")
    )
    return {
        "dim": background.blend(foreground, 0.6).hex,
        "row": background.blend(primary, 0.3).hex,
        "row-away": background.blend(foreground, 0.12).hex,
    }
