"""Layers of tables: defaults < base < experiment < arm < matrix < command line."""

from __future__ import annotations

from typing import Final

from mobius_core.config.node import Leaf, Node, Table

TAGS: Final[dict[tuple[str, ...], str]] = {
    ("task",): "kind",
    ("model",): "name",
    ("model", "mask"): "mode",
}
"""Tables whose keys mean something only together with one of them."""

DISPLACED: Final[dict[str, tuple[str, ...]]] = {"steps": ("epochs", "epoch"), "epochs": ("steps",)}
"""Keys of `train` that leave when the key is set by a later layer."""


def merge(lower: Table, upper: Table) -> Table:
    """The tables of an experiment over those it inherits, `upper` winning key by key.

    A table whose tag changes is replaced as a whole; lists and values are always replaced.
    A merged table stands where `upper` has it: a key still missing is missing there.
    """
    return _merge(lower, upper, (), stays=False)


def overlay(tables: Table, overrides: Table) -> Table:
    """The same for an arm, an axis or a word of the command line over an experiment.

    A merged table stands where the experiment has it: a key that it lacks is missing once, not
    once in every arm.
    """
    return _merge(tables, overrides, (), stays=True)


def _merge(lower: Table, upper: Table, path: tuple[str, ...], *, stays: bool) -> Table:
    if _tag_changes(lower, upper, path):
        return upper
    leaving = {name for new in upper.items for name in DISPLACED.get(new, ()) if path == ("train",)}
    items: dict[str, Node] = {
        name: node
        for name, node in lower.items.items()
        if name not in leaving or name in upper.items
    }
    for name, node in upper.items.items():
        below = items.get(name)
        if isinstance(below, Table) and isinstance(node, Table):
            items[name] = _merge(below, node, (*path, name), stays=stays)
        elif stays and not path and isinstance(node, Table):
            items[name] = Table(node.items, lower.place.child(name))
        else:
            items[name] = node
    return Table(items, lower.place if stays else upper.place)


def _tag_changes(lower: Table, upper: Table, path: tuple[str, ...]) -> bool:
    """A tag that only one of the layers names is not a change: nothing is dropped by guessing."""
    tag = TAGS.get(path, "")
    old, new = lower.items.get(tag), upper.items.get(tag)
    return isinstance(old, Leaf) and isinstance(new, Leaf) and old.value != new.value
