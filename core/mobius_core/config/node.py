"""A configuration file as a tree in which every value knows the line that set it.

Tables are merged in layers (defaults, base, experiment, arm, matrix, command line); an error in
the result must point to the layer that is to blame, so the place travels with the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mobius_core.config.trial import Json

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written; `line` is 1-based, None for the command line."""

    file: str
    line: int | None
    key: str

    def child(self, name: str | int) -> Place:
        """A key of the table standing here, where nothing better is known than its line."""
        return replace(self, key=joined(self.key, name))


@dataclass(frozen=True, slots=True)
class Leaf:
    value: object
    """bool, int, float, str or a date; None only from JSON"""
    place: Place


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    items: dict[str, Node]
    place: Place


Node = Leaf | Items | Table


def joined(key: str, name: str | int) -> str:
    """`a` and `b` give `a.b`, `a` and 3 give `a[3]`; a name that is no bare key is quoted."""
    if isinstance(name, int):
        return f"{key}[{name}]"
    bare = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    shown = name if bare else f'"{name}"'
    return f"{key}.{shown}" if key else shown


def wrap(value: object, place: Place, lines: Mapping[Path, int] | None = None) -> Node:
    """A parsed document as a tree; `lines` are those of `config.lines.key_lines`."""
    return _wrap(value, place, lines or {}, ())


def _wrap(value: object, place: Place, lines: Mapping[Path, int], path: Path) -> Node:
    def child(name: str | int, item: object) -> Node:
        below = (*path, name)
        line = lines.get(below, place.line)
        return _wrap(item, Place(place.file, line, joined(place.key, name)), lines, below)

    if isinstance(value, Mapping):
        return Table({str(name): child(str(name), item) for name, item in value.items()}, place)
    if isinstance(value, (list, tuple)):
        return Items(tuple(child(index, item) for index, item in enumerate(value)), place)
    return Leaf(value, place)


def plain(node: Node) -> Json:
    """The tree without its places; dates become text."""
    if isinstance(node, Table):
        return {name: plain(item) for name, item in node.items.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    if node.value is None or isinstance(node.value, (bool, int, float, str)):
        return node.value
    return str(node.value)


def nested(path: tuple[str, ...], node: Node) -> Node:
    """`("train", "lr")` and a value give the tree of `train.lr = value`."""
    for name in reversed(path):
        node = Table({name: node}, node.place)
    return node
