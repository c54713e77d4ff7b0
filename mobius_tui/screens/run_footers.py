"""The footers of the Run screen, by what has the focus."""

from __future__ import annotations

from typing import Final

from mobius_tui.keys import Hint

CHART_HINTS: Final = (
    Hint(("log_x", "log_y"), "log axes"),
    Hint(("smooth",)),
    Hint(("metric",)),
    Hint(("cursor_left", "cursor_right"), "cursor"),
    Hint(("log_here",)),
    Hint(("zoom_in", "zoom_out"), "zoom"),
    Hint(("previous_tab", "next_tab"), "tab"),
    Hint(("write",)),
    Hint(("help",)),
)
LOG_HINTS: Final = (
    Hint(("search",)),
    Hint(("next_match", "previous_match"), "match"),
    Hint(("only",)),
    Hint(("fit",), "follow"),
    Hint(("wrap",)),
    Hint(("zoom_pane",)),
    Hint(("previous_tab", "next_tab"), "tab"),
    Hint(("back",)),
    Hint(("help",)),
)
TEXT_HINTS: Final = (
    Hint(("previous_tab", "next_tab"), "tab"),
    Hint(("previous_run", "next_run"), "run"),
    Hint(("compare",)),
    Hint(("stop",)),
    Hint(("kill",)),
    Hint(("make_run",), "resume or retry"),
    Hint(("back",)),
    Hint(("help",)),
)
