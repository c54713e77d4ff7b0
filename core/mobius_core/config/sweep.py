"""What an experiment varies: arms x matrix x seeds, as layers over its tables."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mobius_core.config.merge import merge, overlay
from mobius_core.config.names import NAME, NAME_RULE, value_name
from mobius_core.config.node import Items, Leaf, Node, Table, nested, plain
from mobius_core.config.problems import Report, nearest
from mobius_core.config.tables import ALL_TABLES, TABLES, known_keys
from mobius_core.config.trial import Json

MOST_TRIALS: Final = 100_000
"""A run folder each: more of them is a mistyped seed count, and would fill memory first."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One line of the matrix: a dotted key and its values, or a table and paired values."""

    path: tuple[str, ...]
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """An experiment's merged tables and what is laid over them."""

    kind: str
    tables: Table
    arms: Mapping[str, Table]
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]

    @property
    def size(self) -> int:
        """Trials of the sweep."""
        total = max(1, len(self.arms)) * len(self.seeds)
        for axis in self.axes:
            total *= len(axis.values)
        return total


@dataclass(frozen=True, slots=True)
class Point:
    """One combination of arm and axes, before seeds."""

    arm: str | None
    axes: Mapping[str, Json]
    """dotted key -> value as written; a paired axis gives each of its keys"""
    tables: Table


def points(sweep: Sweep) -> Iterator[Point]:
    """Arms outermost, then the axes in order, the last varying fastest."""
    nameless = ((None, Table({}, sweep.tables.place)),)
    for arm, overrides in sweep.arms.items() or nameless:
        base = overlay(sweep.tables, overrides)
        for values in itertools.product(*(axis.values for axis in sweep.axes)):
            tables = base
            axes: dict[str, Json] = {}
            for axis, value in zip(sweep.axes, values, strict=True):
                layer = nested(axis.path, value)
                assert isinstance(layer, Table)  # a path has at least one name
                tables = overlay(tables, layer)
                axes.update(flat(".".join(axis.path), value))
            yield Point(arm, axes, tables)


def flat(name: str, value: Node) -> dict[str, Json]:
    """A paired axis as dotted keys: `train` = {lr, weight_decay} gives train.lr, …"""
    if not isinstance(value, Table):
        return {name: plain(value)}
    found: dict[str, Json] = {}
    for below, item in value.items.items():
        found.update(flat(f"{name}.{below}", item))
    return found


def read_arms(node: Node | None, kind: str, report: Report) -> dict[str, Table]:
    """`[X.arms]`: name -> overrides, in file order; quoted dotted keys are unfolded."""
    if node is None:
        return {}
    if not isinstance(node, Table):
        report.add(node.place, "arms is a table: NAME = { overrides }")
        return {}
    arms: dict[str, Table] = {}
    for name, overrides in node.items.items():
        if not NAME.fullmatch(name):
            report.add(overrides.place, NAME_RULE)
        if not isinstance(overrides, Table):
            report.add(overrides.place, "an arm is a table of overrides, { } for none")
            continue
        arm = Table({}, overrides.place)
        for dotted, item in overrides.items.items():
            path = tuple(dotted.split("."))
            if is_settable(path, item, kind, report):
                layer = nested(path, item)
                assert isinstance(layer, Table)
                arm = Table(merge(arm, layer).items, overrides.place)
        arms[name] = arm
    return arms


def read_axes(node: Node | None, kind: str, report: Report) -> tuple[Axis, ...]:
    """`[X.matrix]`: dotted keys, bare or quoted, each a list of values."""
    if node is None:
        return ()
    if not isinstance(node, Table):
        report.add(node.place, 'matrix is a table: "train.lr" = [values]')
        return ()
    axes: list[Axis] = []
    for path, item in _leaves((), node):
        if not isinstance(item, Items) or not item.items:
            report.add(item.place, "an axis of the matrix is a list of at least one value")
            continue
        settable = [is_settable(path, value, kind, report) for value in item.items]
        if all(settable):
            axes.append(Axis(path, item.items))
            check_distinct(axes[-1], report)
    return tuple(sorted(axes, key=lambda axis: axis.values[0].place.line or 0))


def _leaves(path: tuple[str, ...], table: Table) -> Iterator[tuple[tuple[str, ...], Node]]:
    for name, item in table.items.items():
        below = (*path, *name.split("."))
        if isinstance(item, Table) and item.items:
            yield from _leaves(below, item)
        else:
            yield below, item


def check_distinct(axis: Axis, report: Report) -> None:
    seen: set[tuple[str, ...]] = set()
    for value in axis.values:
        name = tuple(value_name(item) for item in flat("", value).values())
        if name in seen:
            report.add(value.place, "listed twice: two trials would have the same name")
        seen.add(name)


def is_settable(path: tuple[str, ...], value: Node, kind: str, report: Report) -> bool:
    """Whether arms, matrix and command line may set this key; reports where not."""
    allowed = (*TABLES[kind], "pin")
    if path[0] not in allowed:
        if path[0] in ALL_TABLES:
            message = f"{kind} experiments have no table {path[0]}"
        else:
            dotted = ".".join(path)
            close = nearest(dotted, known_keys(kind))
            message = f"no key {dotted} to vary{close}; it begins with one of {', '.join(allowed)}"
        report.add(value.place, message)
        return False
    if len(path) == 1 and not isinstance(value, Table):
        report.add(value.place, f"{path[0]} is a table of keys")
        return False
    if path == ("task", "kind") and (not isinstance(value, Leaf) or value.value != kind):
        report.add(value.place, f"the arms of one experiment have one kind, here {kind}")
        return False
    if path == ("task",) and isinstance(value, Table) and "kind" in value.items:
        return is_settable(("task", "kind"), value.items["kind"], kind, report)
    return True
