"""Anything rich can draw, with nothing left in its texts that a terminal would obey."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

from mobius_core.metrics.visible import visible


class Safely:
    """Draws what it holds; rich itself passes escape sequences of a text on."""

    def __init__(self, renderable: RenderableType) -> None:
        self.renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self.renderable, options):
            if segment.control:
                yield segment
            else:
                text = "\n".join(map(visible, segment.text.split("\n")))
                yield segment._replace(text=text)
