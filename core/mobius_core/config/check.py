"""Tables to spec dataclasses: types, defaults and limits as the fields declare them.

Every mistake goes to a report and reading goes on, so that one call finds all of them.
"""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from mobius_core.config.declared import (
    choices,
    describe,
    fields,
    kind,
    members,
    takes_none,
)
from mobius_core.config.keys import Limits
from mobius_core.config.node import Items, Leaf, Node, Place, Table, wrap
from mobius_core.config.numerals import LARGEST, integer
from mobius_core.config.problems import Report, nearest
from mobius_core.config.trial import Json
from mobius_core.errors import UsageError

T = TypeVar("T")
FAILED = object()
"""Reading a value found a problem, which is reported already."""


def build(cls: type[T], table: Mapping[str, Json], where: str) -> T:
    """A plain table as the spec dataclass `cls`; UsageError names every mistake under `where`."""
    report = Report()
    root = wrap(table, Place(where, None, ""))
    assert isinstance(root, Table)
    spec = read(cls, root, report)
    if spec is None:
        raise UsageError("; ".join(str(problem) for problem in report.problems))
    return spec


def to_table(spec: object) -> dict[str, Json]:
    """The reverse of `build`: every field, nested, tuples as lists, ready for JSON."""
    assert dataclasses.is_dataclass(spec)
    return {field.name: to_json(getattr(spec, field.name)) for field in dataclasses.fields(spec)}


def to_json(value: object) -> Json:
    """A value of a spec: tuples as lists, dataclasses and mappings as objects."""
    if dataclasses.is_dataclass(value):
        return to_table(value)
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): to_json(item) for name, item in value.items()}
    assert value is None or isinstance(value, (bool, int, float, str))
    return value


def read(cls: type[T], table: Table, report: Report) -> T | None:
    """`table` as `cls`; None where it has problems, all of them in `report`."""
    declared = fields(cls)
    values: dict[str, object] = {}
    for name, node in table.items.items():
        if name not in declared:
            unknown_key(node.place, name, declared, report)
        else:
            field = declared[name]
            values[name] = _value(field.annotation, field.limits, node, report)
    for name, field in declared.items():
        if field.required and name not in table.items:
            report.add(table.place.child(name), f"required: {field.wanted}")
            values[name] = FAILED
    if FAILED in values.values() or not values.keys() <= declared.keys():
        return None
    if any(name not in declared for name in table.items):
        return None
    return cls(**values)


def unknown_key(place: Place, name: str, allowed: Iterable[str], report: Report) -> None:
    names = list(allowed)
    report.add(place, f"unknown key{nearest(name, names)}; allowed: {', '.join(names)}")


def _value(annotation: Any, limits: Limits, node: Node, report: Report) -> object:
    """The value of one key, or FAILED."""
    options = members(annotation)
    if type(None) in options and isinstance(node, Leaf):
        if node.value is None:
            return None
        if node.value == "none" and takes_none(annotation, limits):
            return None
    for option in options:
        if _fits(option, node):
            # `resume` is one of two words or any argv: words limit the text, not the list.
            free = str in options and isinstance(node, Items)
            return _read_as(option, Limits() if free else limits, node, report)
    report.add(node.place, f"{kind(node)} is not {describe(annotation, limits)}")
    return FAILED


def _fits(option: Any, node: Node) -> bool:
    """Whether the shape of the value chooses this member of a union."""
    origin = typing.get_origin(option)
    if isinstance(node, Table):
        return dataclasses.is_dataclass(option) or (
            isinstance(origin, type) and issubclass(origin, Mapping)
        )
    if isinstance(node, Items):
        return origin is tuple
    if option is bool:
        return isinstance(node.value, bool)
    if option is int:
        return integer(node.value) is not None
    if option is float:
        return isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
    return option is str and isinstance(node.value, str)


def _read_as(option: Any, limits: Limits, node: Node, report: Report) -> object:
    if isinstance(node, Table):
        if dataclasses.is_dataclass(option):
            spec = read(typing.cast("type[object]", option), node, report)
            return FAILED if spec is None else spec
        value_type = typing.get_args(option)[1]
        read_items = {
            name: _value(value_type, limits, item, report) for name, item in node.items.items()
        }
        return FAILED if FAILED in read_items.values() else read_items
    if isinstance(node, Items):
        return _tuple(option, limits, node, report)
    if option is bool:
        return node.value
    if option is str:
        return _word(str(node.value), limits, node.place, report)
    return _number(option, limits, node, report)


def _tuple(option: Any, limits: Limits, node: Items, report: Report) -> object:
    args = typing.get_args(option)
    if args[-1] is Ellipsis:
        types = [args[0]] * len(node.items)
    elif len(node.items) == len(args):
        types = list(args)
    else:
        report.add(node.place, f"{kind(node)} is not {describe(option, limits)}")
        return FAILED
    values = [_value(of, limits, item, report) for of, item in zip(types, node.items, strict=True)]
    return FAILED if FAILED in values else tuple(values)


def _word(word: str, limits: Limits, place: Place, report: Report) -> object:
    allowed = choices(limits)
    if allowed and word not in allowed:
        report.add(place, f'"{word}" is not {describe(str, limits)}{nearest(word, allowed)}')
        return FAILED
    if limits.pattern and not limits.matches(word):
        report.add(place, f'"{word}" is not {describe(str, limits)}')
        return FAILED
    return word


def _number(option: Any, limits: Limits, node: Leaf, report: Report) -> object:
    number: float
    if option is int:
        whole = integer(node.value)
        assert whole is not None  # by _fits
        if abs(whole) > LARGEST:
            report.add(node.place, f"{node.value} is beyond 2^63-1")
            return FAILED
        number = whole
    else:
        assert isinstance(node.value, (int, float))  # by _fits
        try:
            number = float(node.value) + 0.0  # -0.0 is 0.0: one meaning, one key
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            report.add(node.place, f"{node.value} is not a finite number")
            return FAILED
    if not limits.hold_for(number):
        report.add(node.place, f"{node.value} is not {describe(option, limits)}")
        return FAILED
    return number
