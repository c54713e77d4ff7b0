"""The last row: at most eight keys of where the focus is, and `?`."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from mobius_tui.keys import Hint, Keys, shown

GAP = 2


class Footer(Widget):
    """Hints are dropped from the right where they do not fit; the last one, `?`, never is."""

    def __init__(self, keymap: Keys) -> None:
        super().__init__()
        self._keys = keymap
        self._hints: Sequence[Hint] = ()

    def show(self, hints: Sequence[Hint]) -> None:
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def render(self) -> Content:
        *most, last = self._hints or (Hint(("help",)),)
        kept = [self._words(last)]
        room = self.size.width - 1 - kept[0].cell_length
        for index, hint in enumerate(most):
            words = self._words(hint)
            if words.cell_length + GAP > room:
                break
            room -= words.cell_length + GAP
            kept.insert(index, words)
        return Content(" ") + Content(" " * GAP).join(kept)

    def _words(self, hint: Hint) -> Content:
        held = " ".join(shown(self._keys.first(action)) for action in hint.ids)
        return Content.assemble((held, "bold $primary"), " ", (hint.words, "$dim"))
