"""Choosing a metric by name: a few letters of it find it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from mobius_core.metrics.visible import visible


def choose_metric(
    app: App[None], names: Sequence[str], shown: str, chosen: Callable[[str], None]
) -> None:
    """Ask for one of the names, the one after `shown` first; `chosen` is called with it."""
    after = names.index(shown) + 1 if shown in names else 0
    order = [*names[after:], *names[:after]]

    class Metrics(Provider):
        async def discover(self) -> Hits:
            for name in order:
                yield DiscoveryHit(visible(name), partial(chosen, name))

        async def search(self, query: str) -> Hits:
            matcher = self.matcher(query)
            for name in order:
                score = matcher.match(name)
                if score > 0:
                    yield Hit(score, matcher.highlight(visible(name)), partial(chosen, name))

    app.push_screen(CommandPalette(providers=[Metrics], placeholder="which metric"))
