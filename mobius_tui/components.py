"""Styles of the parts of a widget, made for those parts that are drawn, and once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.css.styles import RenderStyles
from textual.dom import DOMNode

if TYPE_CHECKING:
    from textual.css.stylesheet import Stylesheet


class Components(dict[str, RenderStyles]):
    """The component styles of one widget by name.

    Textual makes a node of 5 kB for each of its component classes (17 of them a widget here, of
    which 3 are drawn) whenever the widget's own styles are made, and leaves the one before to the
    collector of garbage: 4 MB for each run that is opened and left.
    """

    def __init__(self, sheet: Stylesheet, widget: DOMNode) -> None:
        super().__init__()
        self._sheet = sheet
        self._widget = widget

    def __contains__(self, name: object) -> bool:
        return name in self._widget._get_component_classes()

    def __missing__(self, name: str) -> RenderStyles:
        node = DOMNode(classes=name)
        node._attach(self._widget)
        self._sheet.apply(node)
        self[name] = node.styles
        return node.styles

    def renew(self) -> bool:
        """Apply the style sheet to those that were drawn; True where one is different now."""
        changed = False
        for styles in self.values():
            node = styles.node
            if node is None:
                continue
            before = styles.base.get_rules()
            self._sheet.apply(node)
            changed = changed or styles.base.get_rules() != before
        return changed

    def clear(self) -> None:
        """The widget has gone: its parts are cycles, which would wait for a full collection."""
        for styles in self.values():
            if styles.node is not None:
                styles.node.__dict__.clear()
        super().clear()
