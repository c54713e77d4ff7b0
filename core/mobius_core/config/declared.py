"""What the fields of a spec dataclass declare about their keys, and how messages say it."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import types
import typing
from collections.abc import Mapping
from typing import Any

from mobius_core.config.keys import Limits
from mobius_core.config.node import Items, Node, Table
from mobius_core.config.numerals import shown


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A key as declared: Any, because an annotation may be a class, a union or a generic."""

    annotation: Any
    limits: Limits
    required: bool

    @property
    def wanted(self) -> str:
        """What to write where it is missing."""
        return self.limits.about or describe(self.annotation, self.limits)


def fields(cls: type) -> dict[str, Field]:
    """The keys of a spec dataclass, in order."""
    return _fields(cls)


@functools.cache
def _fields(cls: type) -> dict[str, Field]:
    hints = typing.get_type_hints(cls)
    missing = dataclasses.MISSING
    return {
        field.name: Field(
            hints[field.name],
            field.metadata.get("limits", Limits()),
            field.default is missing and field.default_factory is missing,
        )
        for field in dataclasses.fields(cls)
    }


def members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the annotation alone."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)


def choices(limits: Limits) -> tuple[str, ...]:
    """The words a key takes; empty where any text will do."""
    if not limits.registry:
        return limits.choices
    module, _, name = limits.registry.partition(":")
    registered: Mapping[str, object] = getattr(importlib.import_module(module), name)
    return (*limits.choices, *registered)


def describe(annotation: Any, limits: Limits) -> str:
    """What a key takes: "an integer of at least 1", "one of mu, mu2", "a list, each text"."""
    options = [option for option in members(annotation) if option is not type(None)]
    texts = [_describe(option, limits) for option in options]
    if type(None) in members(annotation) and takes_none(annotation, limits):
        texts.append('"none"')
    return " or ".join(texts)


def takes_none(annotation: Any, limits: Limits) -> bool:
    """Whether the word "none" leaves an optional key unset: not where it is a word of its own."""
    words = choices(limits)
    return "none" not in words and (bool(words) or str not in members(annotation))


def _describe(option: Any, limits: Limits) -> str:
    if option is bool:
        return "true or false"
    if option is int:
        return f"an integer{_range(limits)}"
    if option is float:
        return f"a number{_range(limits)}"
    if option is str:
        return _describe_text(limits)
    if typing.get_origin(option) is tuple:
        args = typing.get_args(option)
        count = "" if args[-1] is Ellipsis else f" of {len(args)}"
        return f"a list{count}, each {describe(args[0], limits)}"
    return "a table"


def _describe_text(limits: Limits) -> str:
    words = choices(limits)
    if len(words) == 1:
        return f'"{words[0]}"'
    if words:
        return f"one of {', '.join(words)}"
    return limits.about if limits.pattern else "text"


def _range(limits: Limits) -> str:
    bounds = [
        f"{phrase} {shown(bound)}"
        for phrase, bound in (
            ("above", limits.above),
            ("of at least", limits.at_least),
            ("below", limits.below),
            ("of at most", limits.at_most),
        )
        if bound is not None
    ]
    return " " + " and ".join(bounds).replace("and of", "and") if bounds else ""


def kind(node: Node) -> str:
    """What stands there instead, for messages."""
    if isinstance(node, Table):
        return "a table"
    if isinstance(node, Items):
        return f"a list of {len(node.items)}"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    if isinstance(node.value, str):
        return f'text "{node.value}"'
    if isinstance(node.value, (int, float)):
        return str(node.value)
    return "nothing" if node.value is None else f"the date {node.value}"
