"""The style sheet, parsed again only when it can come out differently."""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from mobius_tui.components import Components


class SteadyStylesheet(Stylesheet):
    """Textual parses all rules again, twice, whenever a screen is shown for the first time.

    That took 50 of the 170 ms of such a key. What the rules come from is the sources and the
    variables: a new source is parsed when rules are next asked for, and new variables here,
    without the second style sheet that Textual's own takes, whose parsed rules are not kept.
    """

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._known = dict(variables)
        self._is_stale = True

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._known:
            super().set_variables(variables)
            self._known = dict(variables)
            self._is_stale = True

    def reparse(self) -> None:
        if self._is_stale:
            self.parse()
            self._is_stale = False

    def _process_component_classes(self, node: DOMNode) -> None:
        """Textual's makes all of them anew: see Components."""
        if not node._get_component_classes():
            return
        components = node._component_styles
        if isinstance(components, Components):
            if components.renew():
                node.refresh()
        else:
            node._component_styles = Components(self, node)
            node.refresh()
