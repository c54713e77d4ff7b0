"""`:` finds an action of the present screen by name: the key table as a command palette."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from mobius_tui import keys

RANK = {"app": 1, "screen": 1, "list": 2, "text": 2, "log": 2}
"""What is particular to a screen comes first, moving about last."""


class ActionCommands(Provider):
    """Every action whose key would work where the focus is."""

    def _actions(self) -> list[tuple[str, str, partial[Coroutine[object, object, bool]]]]:
        """(command, what it does, how to do it), in the order of the table."""
        found: dict[str, tuple[str, str, partial[Coroutine[object, object, bool]]]] = {}
        for active in self.screen.active_bindings.values():
            name = active.binding.id or ""
            if name in keys.BY_ID and name not in ("commands", *found):
                action = keys.BY_ID[name]
                run = partial(self.app.run_action, active.binding.action, active.node)
                held = keys.shown(action.keys[0])
                found[name] = (f"{action.help}  {held}", name, run)
        order = sorted(keys.ACTIONS, key=lambda action: RANK.get(action.where[0], 0))
        return [found[action.id] for action in order if action.id in found]

    async def discover(self) -> Hits:
        for command, _, run in self._actions():
            yield DiscoveryHit(command, run)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command, name, run in self._actions():
            score = max(matcher.match(command), matcher.match(name))
            if score > 0:
                yield Hit(score, matcher.highlight(command), run)
